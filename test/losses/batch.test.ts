import { describe, expect, it } from 'vitest';
import { barlowTwins } from '../../src/losses/barlow-twins.js';
import { checkBatch, checkPair, checkViews, checkWeight } from '../../src/losses/batch.js';
import { lejepa } from '../../src/losses/lejepa.js';
import type { Loss } from '../../src/losses/loss.js';
import { sigreg } from '../../src/losses/sigreg.js';
import { simclr } from '../../src/losses/simclr.js';
import { vicreg } from '../../src/losses/vicreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

type Call = (batches: Matrix[], options?: object) => Promise<Loss>;

const pairwise: [string, Call][] = [
  ['vicreg', ([a, b], options) => vicreg(a as Matrix, b as Matrix, options)],
  ['barlowTwins', ([a, b], options) => barlowTwins(a as Matrix, b as Matrix, options)],
  ['simclr', ([a, b], options) => simclr(a as Matrix, b as Matrix, options)],
];
const objectives: [string, Call, string][] = [
  ...pairwise.map(([name, call]): [string, Call, string] => [name, call, 'z2']),
  ['lejepa', (batches, options) => lejepa(batches, options), 'views[1]'],
  ['sigreg', ([, b], options) => sigreg(b as Matrix, options), 'z'],
];

const z = normals(1, 5, 3);

function spoilt(value: number): Matrix {
  const data = Float64Array.from(z.data);
  data[7] = value;
  return new Matrix(5, 3, data);
}

describe.each(BACKENDS)('batches of embeddings on %s', (backend) => {
  describe.each(objectives)('in %s', (operation, call, argument) => {
    const refusal = (batch: unknown, options?: object) =>
      failure(() => call([z, batch as Matrix], { backend, ...options }));

    it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('may not have %d', async (value) => {
      const message = expect.stringContaining('row 2, column 1');
      expect(await refusal(spoilt(value))).toMatchObject({ code: 'NOT_FINITE', argument, message });
      const single = new Matrix(5, 3, Float32Array.from(spoilt(value).data));
      expect(await refusal(single)).toMatchObject({ code: 'NOT_FINITE', argument, message });
    });

    it('are matrices, not empty, not transferred away', async () => {
      expect(await refusal([[1, 2, 3]])).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
      expect(await refusal(undefined)).toMatchObject({ code: 'INVALID_ARGUMENT', argument });
      expect(await refusal(Matrix.zeros(0, 3))).toMatchObject({ code: 'EMPTY', argument });
      expect(await refusal(Matrix.zeros(5, 0))).toMatchObject({ code: 'EMPTY', argument });
      const gone = normals(2, 5, 3);
      structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
      expect(await refusal(gone)).toMatchObject({ code: 'DETACHED', argument });
    });

    it('come with known options', async () => {
      expect(await refusal(z, { weight: 1 })).toMatchObject({ code: 'UNKNOWN_OPTION', argument: 'weight' });
      expect(await refusal(z, { signal: 1 })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'signal' });
      expect(await refusal(z, { backend: 'none' })).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'backend' });
    });

    it('stay as they are', async () => {
      const [a, b] = [normals(3, 5, 3), normals(4, 5, 3)];
      await call([a, b], { backend });
      expect([a, b]).toEqual([normals(3, 5, 3), normals(4, 5, 3)]);
    });

    it('are read at the call', async () => {
      const [a, b] = [normals(3, 5, 3), normals(4, 5, 3)];
      const expected = await call([a, b], { backend });
      const calls = Array.from({ length: 8 }, () => call([a, b], { backend }));
      b.data.fill(7);
      for (const found of await Promise.all(calls)) expect(found).toEqual(expected);
    });

    it('are left when the signal says so', async () => {
      const reason = new Error('enough');
      await expect(call([z, z], { backend, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      // Work of a tenth of a second and more; stopped amid it. Natively the products alone need wider batches for that.
      const rows = backend === 'js' ? 800 : 6000;
      const cols = backend === 'native' && ['vicreg', 'barlowTwins'].includes(operation) ? 512 : 96;
      const [a, b] = [normals(5, rows, cols), normals(6, rows, cols)];
      const controller = new AbortController();
      const long = operation === 'sigreg' || operation === 'lejepa' ? { count: 4000 } : {};
      const running = call([a, b], { backend, signal: controller.signal, ...long });
      setTimeout(() => controller.abort(reason), 5);
      await expect(running).rejects.toBe(reason);
    });
  });

  it.each(pairwise)('are of one shape in %s', async (_, call) => {
    for (const other of [normals(1, 4, 3), normals(1, 5, 2), normals(1, 3, 5)]) {
      const error = await failure(() => call([z, other], { backend }));
      expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'z2', expected: '5×3' });
    }
    expect(await failure(() => call([Matrix.zeros(0, 0), z], { backend }))).toMatchObject({ argument: 'z1' });
  });
});

describe('the checks themselves', () => {
  it('name what they return', () => {
    expect(checkBatch('z', z)).toEqual({ argument: 'z', matrix: z });
    expect(checkPair(z, z).map(({ argument }) => argument)).toEqual(['z1', 'z2']);
    expect(checkViews('views', [z, z, z], 3).map(({ argument }) => argument)).toEqual([
      'views[0]',
      'views[1]',
      'views[2]',
    ]);
  });

  it('count rows and refuse wrong weights', async () => {
    expect(await failure(() => checkBatch('z', z, 6))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z' });
    expect(checkBatch('z', z, 5).matrix).toBe(z);
    for (const weight of [-1, Number.NaN, '1', Number.POSITIVE_INFINITY]) {
      expect(await failure(() => checkWeight('w', weight))).toMatchObject({ argument: 'w' });
    }
    expect(() => checkWeight('w', 0)).not.toThrow();
  });
});
