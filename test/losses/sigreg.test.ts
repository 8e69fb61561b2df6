import { describe, expect, it } from 'vitest';
import { type SigregOptions, sigreg } from '../../src/losses/sigreg.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { normal, STREAMS } from '../../src/runtime/random.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';
import {
  expectDifferences,
  expectFixture,
  expectSameLoss,
  lossCases,
  type Objective,
  orderOf,
  reordered,
} from './cases.js';

const z = plus(times(normals(1, 8, 4), 1.7), Matrix.from(Array(8).fill([0.5, 0, -1, 0])));
const directions = normals(2, 4, 5);

/** The random directions of a seed, k×count, as documented: direction i from sample i, over its length. */
function drawn(seed: number, k: number, count: number): Matrix {
  const rows = Array.from({ length: count }, (_, i) => {
    const row = normal(seed, i, STREAMS.directions, new Float64Array(k));
    return Array.from(row, (x) => x / Math.hypot(...row));
  });
  return Matrix.from(rows).transpose();
}

describe.each(BACKENDS)('sigreg on %s', (backend) => {
  const objective =
    (options: SigregOptions = { directions }): Objective =>
    ([batch]) =>
      sigreg(batch as Matrix, { backend, ...options });

  it.each(lossCases('sigreg'))('agrees with NumPy: $name', async (fixture) => {
    const own = Matrix.from(fixture.directions as number[][]);
    await expectFixture(objective({ ...fixture.options, directions: own }), fixture);
  });

  it('has the worked value of two opposite points and two knots', async () => {
    // φ̂(t) = cos t for points ±1: at t = 1 weight Δt e^{−½} = e^{−½}, at t = 0 both functions are 1.
    const pair = Matrix.from([[1], [-1]]);
    const { loss, parts } = await objective({ directions: Matrix.identity(1), knots: 2, tMax: 1 })([pair]);
    const expected = 2 * Math.exp(-0.5) * (Math.cos(1) - Math.exp(-0.5)) ** 2;
    expect(loss).toBeCloseTo(expected, 15);
    expect(parts).toEqual({ sigreg: loss });
  });

  it('converges to the integral, which for normals is known in closed form', async () => {
    // One point p: ∫|e^{itp} − e^{−t²/2}|² e^{−t²/2} dt = √(2π) − 2√π e^{−p²/4} + √(2π/3), over all of the line.
    for (const p of [0, 0.7, 2]) {
      const { loss } = await objective({ directions: Matrix.identity(1), knots: 200, tMax: 12 })([Matrix.from([[p]])]);
      const integral =
        Math.sqrt(2 * Math.PI) - 2 * Math.sqrt(Math.PI) * Math.exp((-p * p) / 4) + Math.sqrt((2 * Math.PI) / 3);
      expect(loss).toBeCloseTo(integral, 12);
    }
  });

  it.each<SigregOptions>([
    { directions },
    { directions, knots: 5, tMax: 1 },
    { directions, knots: 60, tMax: 8 },
    { count: 7, seed: 3 },
  ])('has gradients that central differences confirm, %o', async (options) => {
    await expectDifferences(objective(options), [z]);
  });

  it('draws the documented directions of a seed', async () => {
    const random = await objective({ count: 9, seed: 2 ** 40 + 5 })([z]);
    expectSameLoss(random, await objective({ directions: drawn(2 ** 40 + 5, 4, 9) })([z]), 1e-14);
    const { loss } = await objective({})([z]);
    expect(loss).toBe((await objective({ count: 256, seed: 0 })([z])).loss);
    expect(loss).not.toBe((await objective({ count: 256, seed: 1 })([z])).loss);
  });

  it('does not see the order of samples, the length or sign of directions, or rotations of both', async () => {
    const base = await objective()([z]);
    await fc.assert(
      fc.asyncProperty(fc.nat(999), fc.integer({ min: -200, max: 200 }), async (pick, power) => {
        const q = orthogonal(pick, 4);
        const order = orderOf(8, pick);
        const turned = product(q.transpose(), times(directions, -(10 ** power)));
        const change = (a: Matrix) => product(reordered(a, order), q);
        const found = await objective({ directions: turned })([change(z)]);
        expectSameLoss(found, { ...base, gradients: base.gradients.map(change) }, 1e-12);
      }),
      { numRuns: 25 },
    );
  });

  it('tells normals from others', async () => {
    const many = normals(5, 2000, 3);
    const gaussian = await objective({ count: 32 })([many]);
    const signs = await objective({ count: 32 })([new Matrix(2000, 3, many.data.map(Math.sign))]);
    const collapsed = await objective({ count: 32 })([times(many, 1e-3)]);
    expect(gaussian.loss).toBeLessThan(2);
    expect(signs.loss).toBeGreaterThan(5 * gaussian.loss);
    expect(collapsed.loss).toBeGreaterThan(100 * gaussian.loss);
  });

  it('is right for angles far beyond where they can be reduced by hand', async () => {
    const far = times(z, 1e9);
    const { loss, gradients } = await objective({ directions: Matrix.identity(4) })([far]);
    const t = Array.from({ length: 17 }, (_, w) => (w * 3) / 16);
    const values = [0, 1, 2, 3].map((j) =>
      t.reduce((sum, _, w) => {
        // Multiples of the rounded angle, as the recurrence takes them.
        const angles = Array.from({ length: 8 }, (__, n) => w * ((3 / 16) * far.get(n, j)));
        const mean = (f: (x: number) => number) => angles.reduce((total, x) => total + f(x), 0) / 8;
        const q = ((w === 0 || w === 16 ? 1 : 2) * 3 * Math.exp(-((t[w] as number) ** 2) / 2)) / 16;
        return sum + 8 * q * ((mean(Math.cos) - Math.exp(-((t[w] as number) ** 2) / 2)) ** 2 + mean(Math.sin) ** 2);
      }, 0),
    );
    // w θ itself rounds to 1e9 · eps = 1e-7.
    expect(loss).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 4, 5);
    expect(gradients[0]?.data.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ['directions', 'SHAPE_MISMATCH', { directions: normals(1, 3, 2) }],
    ['directions', 'NOT_FINITE', { directions: new Matrix(4, 1, Float64Array.of(1, Number.NaN, 0, 0)) }],
    ['directions', 'OUT_OF_RANGE', { directions: Matrix.zeros(4, 2) }],
    ['directions', 'INVALID_ARGUMENT', { directions: 3 as unknown as Matrix }],
    ['count', 'INVALID_ARGUMENT', { directions, count: 5 }],
    ['seed', 'INVALID_ARGUMENT', { directions, seed: 5 }],
    ['count', 'OUT_OF_RANGE', { count: 0 }],
    ['count', 'TOO_LARGE', { count: 1e9 }],
    ['seed', 'OUT_OF_RANGE', { seed: -1 }],
    ['knots', 'OUT_OF_RANGE', { knots: 1 }],
    ['knots', 'INVALID_ARGUMENT', { knots: 2.5 }],
    ['tMax', 'OUT_OF_RANGE', { tMax: 0 }],
    ['tMax', 'INVALID_ARGUMENT', { tMax: Number.POSITIVE_INFINITY }],
  ])('refuses wrong %s: %s', async (argument, code, options) => {
    expect(await failure(() => sigreg(z, { backend, ...options }))).toMatchObject({ code, argument });
  });

  it('refuses what overflows, and takes what does not', async () => {
    const large = new Matrix(2, 4, new Float64Array(8).fill(1e308));
    const ones = new Matrix(4, 1, new Float64Array(4).fill(1));
    expect(await failure(() => objective({ directions: ones })([large]))).toMatchObject({ code: 'OUT_OF_RANGE' });
    expect(Number.isFinite((await objective({ tMax: 1e300, directions })([times(z, 1e-300)])).loss)).toBe(true);
  });
});
