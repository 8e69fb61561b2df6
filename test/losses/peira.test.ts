import { describe, expect, it } from 'vitest';
import { peira } from '../../src/losses/peira.js';
import { PeiraMoments } from '../../src/losses/peira-moments.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { plus, product, times, trace } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import { expectDifferences, expectFixture, expectSameLoss, orderOf, reordered } from './cases.js';
import { lightCases } from './light-cases.js';

const lambda = 0.2;
const z1 = normals(1, 7, 3);
const z2 = plus(z1, normals(2, 7, 3), 0.5);

/** ½E[(Qu)ᵀ(Pu − v)] + ½E[(Qv)ᵀ(Pv − u)] + ½λE[‖u‖² + ‖v‖²], P and Q of the moments. */
function auxiliary([a, b]: Matrix[], moments: PeiraMoments, q: Matrix): number {
  const [u, v] = [a as Matrix, b as Matrix];
  const p = product(moments.cross, q);
  const half = (x: Matrix, y: Matrix) => {
    const residual = plus(product(x, p.transpose()), y, -1);
    return trace(product(product(x, q), residual.transpose())) / 2 / x.rows;
  };
  const energy = (x: Matrix) => trace(product(x, x.transpose())) / x.rows;
  return half(u, v) + half(v, u) + (lambda / 2) * (energy(u) + energy(v));
}

describe.each(BACKENDS)('peira on %s', (backend) => {
  const options = { lambda, backend };

  it.each(lightCases('peira'))('agrees with NumPy: $name', async (fixture) => {
    const given = fixture.options as { lambda: number };
    await expectFixture(([a, b]) => peira(a as Matrix, b as Matrix, { backend, ...given }), fixture);
  });

  it('has gradients that central differences confirm', async () => {
    await expectDifferences(([a, b]) => peira(a as Matrix, b as Matrix, options), [z1, z2]);
    await expectDifferences(([a, b]) => peira(a as Matrix, b as Matrix, options), [normals(3, 2, 4), normals(4, 2, 4)]);
  });

  it('has the worked values', async () => {
    // N = 2I, Σ = 2I: P = 2/(2 + λ) I.
    const z = Matrix.from([
      [1, 1],
      [1, -1],
    ]);
    const { loss, parts, gradients } = await peira(z, z, { lambda: 0.5, backend });
    expect(parts.trace).toBeCloseTo(-0.8, 15);
    expect(parts.energy).toBeCloseTo(2, 15);
    expect(loss).toBeCloseTo(0.2, 15);
    // (−Q + QΣQ + λ)/B with Q = 0.4: (−0.4 + 0.32 + 0.5)/2 = 0.21.
    expect(gradients[0] as Matrix).toBeCloseToArray([0.21, 0.21, 0.21, -0.21], 1e-15);
  });

  it('has its known minimum, and no slope, at the canonical functions', async () => {
    // Two states, p(x, y) = 0.4 on the diagonal and 0.1 off it: correlations 1 and 0.6, functions (1, 1) and (1, −1).
    const pairs = [0, 0, 0, 0, 1, 1, 1, 1]
      .map((x) => [x, x])
      .concat([
        [0, 1],
        [1, 0],
      ]) as [number, number][];
    const amplitude = (s: number) => Math.sqrt((Math.sqrt(s) - lambda) / 2);
    const code = (x: number) => [amplitude(1), (x === 0 ? 1 : -1) * amplitude(0.6)];
    const views = [0, 1].map((side) => Matrix.from(pairs.map((pair) => code(pair[side] as number)))) as [
      Matrix,
      Matrix,
    ];
    const { loss, gradients } = await peira(...views, options);
    expect(loss).toBeCloseTo(-0.5 * ((1 - lambda) ** 2 + (Math.sqrt(0.6) - lambda) ** 2), 14);
    // Rows share a state with others: it is the sum over a state's rows that vanishes.
    const [by] = gradients as [Matrix];
    const sums = [0, 1].map((j) => pairs.reduce((sum, [x], i) => sum + (x === 0 ? by.get(i, j) : 0), 0));
    expect(sums).toBeCloseToArray([0, 0], 1e-15);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
        async (c) => {
          const other = (x: number) => c.slice(2 * x, 2 * x + 2);
          const batches = [0, 1].map((side) => Matrix.from(pairs.map((pair) => other(pair[side] as number))));
          expect((await peira(...(batches as [Matrix, Matrix]), options)).loss).toBeGreaterThanOrEqual(loss - 1e-14);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not see the order of samples, which view is which, or a rotation', async () => {
    const base = await peira(z1, z2, options);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), async (pick) => {
        const rows = orderOf(7, pick);
        const q = orthogonal(pick + 1, 3);
        const change = (z: Matrix) => product(reordered(z, rows), q);
        const found = await peira(change(z2), change(z1), options);
        expectSameLoss(found, { ...base, gradients: [...base.gradients].reverse().map(change) }, 1e-12);
      }),
      { numRuns: 15 },
    );
  });

  it('has the gradient of the auxiliary loss with running averages, and the value of theirs', async () => {
    const moments = await (await PeiraMoments.of(normals(5, 9, 3), normals(6, 9, 3))).update(z1, z2, 0.3);
    const found = await peira(z1, z2, { ...options, moments });
    const q = product(inverse(plus(moments.second, times(Matrix.identity(3), lambda))));
    expect(found.parts.trace).toBeCloseTo(-trace(product(moments.cross, q)) / 2, 14);
    expect(found.parts.energy).toBeCloseTo(trace(moments.second) / 2, 14);
    const differences = async (batches: Matrix[]) => ({ ...found, loss: auxiliary(batches, moments, q) });
    await expectDifferences(differences, [z1, z2]);
  });

  it('has the same with the batch’s own moments as without', async () => {
    const own = await PeiraMoments.of(z1, z2, { backend });
    expect(await peira(z1, z2, { ...options, moments: own })).toEqual(await peira(z1, z2, options));
  });

  it('refuses what is no λ, moments that do not fit, and a λ lost in rounding', async () => {
    for (const wrong of [0, -1]) {
      const error = await failure(() => peira(z1, z2, { lambda: wrong, backend }));
      expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'lambda' });
    }
    const none = await failure(() => peira(z1, z2, undefined as never));
    expect(none).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'lambda' });
    const fields = { cross: Matrix.identity(2), second: Matrix.identity(2) };
    const moments = (given: unknown) => failure(() => peira(z1, z2, { ...options, moments: given as never }));
    expect(await moments(fields)).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'moments' });
    const narrow = { code: 'SHAPE_MISMATCH', argument: 'moments' };
    expect(await moments(new PeiraMoments(fields))).toMatchObject(narrow);
    const flat = normals(1, 2, 3);
    const lost = await failure(() => peira(flat, flat, { lambda: 1e-30, backend }));
    expect(lost).toMatchObject({ code: 'SINGULAR', argument: 'lambda' });
    const huge = times(z1, 1e160);
    const overflow = await failure(() => peira(z1, huge, options));
    expect(overflow).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'z2' });
    expect(overflow.message).toMatch(/^peira: .* overflows/);
    expect(await failure(() => PeiraMoments.of(huge, z2, { backend }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      argument: 'z1',
      message: expect.stringMatching(/^PeiraMoments\.of: /),
    });
    const steep = await failure(() => peira(z1, z2, { lambda: 1e308, backend }));
    expect(steep).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'lambda' });
  });
});

/** Of a symmetric 3×3 matrix, by cofactors. */
function inverse(a: Matrix): Matrix {
  const minor = (i: number, j: number) => {
    const [r, s] = [0, 1, 2].filter((x) => x !== i) as [number, number];
    const [c, d] = [0, 1, 2].filter((x) => x !== j) as [number, number];
    return (a.get(r, c) * a.get(s, d) - a.get(r, d) * a.get(s, c)) * ((i + j) % 2 ? -1 : 1);
  };
  const determinant = [0, 1, 2].reduce((sum, j) => sum + a.get(0, j) * minor(0, j), 0);
  return Matrix.from([0, 1, 2].map((i) => [0, 1, 2].map((j) => minor(j, i) / determinant)));
}
