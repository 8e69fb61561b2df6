import { describe, expect, test } from 'vitest';
import { Matrix, subspaceDistance, subspaceDistanceSync, svdSync } from '../../src/index.js';
import { EPS } from '../backends/invariants.js';
import { plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { closedFormFixture } from '../support/fixtures.js';
import { normals, orthogonal } from '../support/normals.js';
import fc from '../support/properties.js';

interface Pair {
  name: string;
  a: number[][];
  b: number[][];
  angles: number[];
  chordal: number;
}

const pairs = closedFormFixture<{ problems: Pair[] }>('subspaces').problems;

/** The condition number of the rows at unit length: how far rounding turns their span. */
function condition(a: Matrix): number {
  const rows = a.toArray().map((row) => row.map((x) => x / Math.hypot(...row)));
  const { s } = svdSync(Matrix.from(rows));
  return (s[0] as number) / (s[s.length - 1] as number);
}

/** Absolute, for angles of any size: some d·eps for each of the two bases, times its condition number. */
const tolerance = (a: Matrix, b: Matrix) => 10 * a.cols * EPS * (condition(a) + condition(b));

describe.each(BACKENDS)('on %s', (backend) => {
  test.each(pairs.map((pair) => [pair.name, pair] as const))('%s', async (_, pair) => {
    const [a, b] = [Matrix.from(pair.a), Matrix.from(pair.b)];
    for (const { angles, chordal } of [
      await subspaceDistance(a, b, { backend }),
      subspaceDistanceSync(a, b, { backend }),
    ]) {
      expect(angles).toBeCloseToArray(pair.angles, tolerance(a, b));
      expect([chordal]).toBeCloseToArray([pair.chordal], tolerance(a, b) * pair.angles.length);
    }
  });

  test('the documented example', async () => {
    const { angles, chordal } = await subspaceDistance(Matrix.from([[1, 0]]), Matrix.from([[1, 1]]), { backend });
    expect(angles).toBeCloseToArray([Math.PI / 4], 4 * EPS);
    expect(chordal).toBeCloseTo(Math.SQRT1_2, 14);
  });

  test.each([1e-15, 1e-12, 1e-8, 1e-4])('an angle of %d is not lost in its cosine', async (angle) => {
    const [a, b] = [Matrix.from([[1, 0]]), Matrix.from([[Math.cos(angle), Math.sin(angle)]])];
    const near = await subspaceDistance(a, b, { backend });
    expect(Math.abs((near.angles[0] as number) - angle)).toBeLessThanOrEqual(2 * EPS);
    const far = await subspaceDistance(Matrix.from([[0, 1]]), b, { backend });
    expect(Math.abs((far.angles[0] as number) - (Math.PI / 2 - angle))).toBeLessThanOrEqual(2 * EPS);
  });
});

/** Two subspaces of random dimensions and position. */
const spaces = fc
  .record({ d: fc.integer({ min: 1, max: 12 }), p: fc.nat(11), q: fc.nat(11), seed: fc.nat(1e6) })
  .map(({ d, p, q, seed }) => ({
    d,
    seed,
    a: normals(seed, 1 + (p % d), d),
    b: normals(seed + 1, 1 + (q % d), d),
  }));

/** Well-conditioned k×k mixing with scales far apart, as encoders' rows may have. */
const mixing = (seed: number, k: number) =>
  product(
    Matrix.diagonal(Float64Array.from({ length: k }, (_, i) => 10 ** (3 * (i % 5) - 6))),
    plus(orthogonal(seed, k), Matrix.identity(k), 1.5),
  );

test('the angles are ascending, at most a right one, and the chordal distance is the norm of their sines', () => {
  fc.assert(
    fc.property(spaces, ({ a, b }) => {
      const { angles, chordal } = subspaceDistanceSync(a, b);
      expect(angles.length).toBe(Math.min(a.rows, b.rows));
      expect(angles).toEqual(angles.slice().sort());
      expect(angles[0]).toBeGreaterThanOrEqual(0);
      expect(angles[angles.length - 1]).toBeLessThanOrEqual(Math.PI / 2);
      const sines = Math.hypot(...angles.map(Math.sin));
      expect(Math.abs(chordal - sines)).toBeLessThanOrEqual(1e-14 * angles.length);
    }),
  );
});

test('mixing and scaling the rows, turning both spaces and swapping them change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(spaces, async ({ a, b, d, seed }) => {
      const { angles } = subspaceDistanceSync(a, b);
      const [mixedA, mixedB] = [product(mixing(seed, a.rows), a), product(mixing(seed + 2, b.rows), b)];
      const turn = orthogonal(seed + 3, d);
      const within = tolerance(a, b) + tolerance(mixedA, mixedB);
      for (const [p, q] of [
        [b, a],
        [mixedA, mixedB],
        [product(a, turn), product(b, turn)],
        [product(mixedB, turn), product(a, turn)],
      ] as const) {
        expect((await subspaceDistance(p, q)).angles).toBeCloseToArray(angles, within);
      }
    }),
  );
});

test('a space lies in itself, and one space in a larger one that contains it', () => {
  fc.assert(
    fc.property(spaces, ({ a, seed }) => {
      const part = product(normals(seed + 5, 1, a.rows), a);
      for (const inner of [a, product(mixing(seed, a.rows), a), part]) {
        const { angles, chordal } = subspaceDistanceSync(inner, a);
        const within = tolerance(inner, a) * a.rows;
        expect(angles).toBeCloseToArray(new Float64Array(inner.rows), within);
        expect(chordal).toBeLessThanOrEqual(within * a.rows);
      }
    }),
  );
});

test('orthogonal complements are at right angles', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(10), fc.nat(1e6), (d, cut, seed) => {
      const q = orthogonal(seed, d);
      const k = 1 + (cut % (d - 1));
      const a = new Matrix(k, d, q.data.slice(0, k * d));
      const b = new Matrix(d - k, d, q.data.slice(k * d));
      const { angles, chordal } = subspaceDistanceSync(a, b);
      const right = new Float64Array(Math.min(k, d - k)).fill(Math.PI / 2);
      expect(angles).toBeCloseToArray(right, tolerance(a, b));
      expect(chordal).toBeCloseTo(Math.sqrt(right.length), 12);
    }),
  );
});

describe('dependent rows', () => {
  const fine = Matrix.identity(3);

  test.each([
    [
      'equal',
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      'equal up to scale',
      [
        [1, 2, 3],
        [1e9, 2e9, 3e9],
      ],
    ],
    [
      'zero',
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
    ],
    [
      'more than the dimension',
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 1, 1],
      ],
    ],
  ])('%s', async (_, rows) => {
    const a = Matrix.from(rows);
    for (const [argument, args] of [
      ['a', [a, fine]],
      ['b', [fine, a]],
    ] as const) {
      await expect(subspaceDistance(args[0], args[1])).rejects.toMatchObject({ code: 'SINGULAR', argument });
    }
  });

  test('rows at scales far apart are not dependent', async () => {
    const a = Matrix.from([
      [1e-300, 0, 0],
      [0, 1e300, 0],
    ]);
    expect((await subspaceDistance(a, fine)).angles).toBeCloseToArray([0, 0], 1e-15);
  });
});
