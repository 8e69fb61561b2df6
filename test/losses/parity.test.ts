/** The native objectives against the readable ones, across the borders of their blocks, and at several numbers of threads. */
import { afterAll, describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { native } from '../../src/backends/native/index.js';
import { barlowTwins } from '../../src/losses/barlow-twins.js';
import { lejepa } from '../../src/losses/lejepa.js';
import type { Loss } from '../../src/losses/loss.js';
import { sigreg } from '../../src/losses/sigreg.js';
import { simclr } from '../../src/losses/simclr.js';
import { spreadOf, vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { plus, product, times } from '../support/algebra.js';
import { normals } from '../support/normals.js';
import { expectSameLoss } from './cases.js';

type Where = { backend: 'native' | 'js' };

/** Two views with an offset and correlated columns of unequal size. */
function views(rows: number, cols: number, seed = 1): [Matrix, Matrix] {
  const mixing = cols > 64 ? Matrix.identity(cols) : product(normals(seed, cols, cols), Matrix.identity(cols));
  const shared = plus(product(normals(seed + 1, rows, cols), mixing), normals(seed + 2, 1, cols * rows), 0);
  const moved = new Matrix(
    rows,
    cols,
    Float64Array.from(shared.data, (x, at) => x + 0.1 * (at % cols)),
  );
  return [moved, plus(moved, normals(seed + 3, rows, cols), 0.4)];
}

describe('native and js agree to 1e-12', () => {
  const same = async (call: (where: Where) => Promise<Loss>) => {
    expectSameLoss(await call({ backend: 'native' }), await call({ backend: 'js' }), 1e-12);
  };

  // Tiles are 512 wide, or 256; sums are split at 4096 rows; blocks of similarities have 256 rows.
  it.each([
    [3, 1],
    [3, 40],
    [100, 30],
    [300, 257],
    [20, 530],
    [530, 20],
    [5000, 4],
  ])('%i×%i', async (rows, cols) => {
    const [z1, z2] = views(rows, cols);
    const directions = normals(7, cols, 5);
    await same((where) => vicreg(z1, z2, where));
    await same((where) => vicreg(z1, z2, { ...where, convention: 'solo-learn', gamma: 3 }));
    await same((where) => barlowTwins(z1, z2, where));
    await same((where) => barlowTwins(z1, z2, { ...where, convention: 'lightly' }));
    await same((where) => sigreg(z1, { ...where, directions }));
    await same((where) => sigreg(z1, { ...where, count: 3, seed: 9 }));
    await same((where) => lejepa([z1, z2, z1], { ...where, directions, lambda: 0.4 }));
    if (rows > 1000) return;
    await same((where) => simclr(z1, z2, where));
    // Of unlike views: of like ones nothing is left of the gradient at low temperatures but what is rounded off.
    const unlike = normals(11, rows, cols);
    await same((where) => simclr(z1, unlike, { ...where, temperature: 0.002 }));
  });

  it('in the spread of one batch, the half of VICReg without invariance', async () => {
    const [z1, z2] = views(50, 9);
    const weights = { variance: 25, covariance: 1, gamma: 1, epsilon: 1e-4 };
    const scaled = [times(z1, 0.3), times(z2, 0.3)] as const;
    for (const backend of [native(), js]) {
      const control = { operation: 'spread' };
      const spreads = await Promise.all(
        scaled.map((matrix) => spreadOf(backend, control, { argument: 'z', matrix }, weights)),
      );
      const { parts, gradients } = await vicreg(...scaled, { invariance: 0, convention: 'solo-learn' });
      expect(spreads.reduce((sum, { variance }) => sum + variance, 0)).toBeCloseTo(parts.variance, 12);
      expect(spreads.reduce((sum, { covariance }) => sum + covariance, 0)).toBeCloseTo(parts.covariance, 12);
      spreads.forEach(({ gradient }, b) => {
        expect(gradient).toBeCloseToArray(gradients[b] as Matrix, 1e-12);
      });
    }
  });
});

/** All numbers of a loss; comparing them one by one takes longer than making them. */
function bits({ loss, parts, gradients }: Loss): Buffer {
  const numbers = [Float64Array.of(loss, ...Object.values(parts)), ...gradients.map(({ data }) => data)];
  return Buffer.concat(numbers.map(({ buffer }) => new Uint8Array(buffer)));
}

describe('the native objectives', () => {
  const count = threads();
  afterAll(() => setThreads(count));

  it('have the same bits at every number of threads', async () => {
    const [wide, other] = views(1500, 140);
    const [narrow, second] = views(9000, 40);
    const calls: (() => Promise<Loss>)[] = [
      () => vicreg(wide, other),
      () => vicreg(narrow, second),
      () => barlowTwins(narrow, second),
      () => simclr(wide, other),
      () => simclr(wide, other, { temperature: 0.001 }),
      () => lejepa([narrow, second], { count: 80 }),
    ];
    for (const call of calls) {
      setThreads(1);
      const expected = bits(await call());
      for (const used of [2, 3, 7]) {
        setThreads(used);
        expect(bits(await call()).equals(expected)).toBe(true);
      }
    }
  });

  it('sum up chunks of directions', async () => {
    // 2²² projections are held at once: 127 directions of 33 000 rows.
    const [z] = views(33_000, 3);
    const directions = normals(8, 3, 130);
    const part = (from: number, to: number) => Matrix.from(directions.toArray().map((row) => row.slice(from, to)));
    const whole = await sigreg(z, { directions });
    const [a, b] = [await sigreg(z, { directions: part(0, 50) }), await sigreg(z, { directions: part(50, 130) })];
    const mean = (x: number, y: number) => (50 * x + 80 * y) / 130;
    const gradient = plus(times(a.gradients[0] as Matrix, 50 / 130), b.gradients[0] as Matrix, 80 / 130);
    const loss = mean(a.loss, b.loss);
    expectSameLoss(whole, { loss, parts: { sigreg: mean(a.loss, b.loss) }, gradients: [gradient] }, 1e-13);
  });

  it('are done in place where they are small, with the bits of other threads', async () => {
    const [z1, z2] = views(4, 3);
    const busy = vicreg(...views(3000, 200));
    const results = await Promise.all(Array.from({ length: 30 }, () => vicreg(z1, z2)));
    await busy;
    for (const result of results) expect(result).toEqual(await vicreg(z1, z2));
  });
});
