import { afterEach, describe, expect, it } from 'vitest';
import { uniformity } from '../../src/diagnostics/uniformity.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { fixture, reordered, shuffle } from './fixture.js';

const before = threads();
afterEach(() => setThreads(before));

/** By the definition, over all pairs. */
function brute(z: Matrix, t: number): number {
  const unit = z.toArray().map((row) => row.map((x) => x / Math.hypot(...row)));
  let sum = 0;
  for (let i = 0; i < z.rows; i++) {
    for (let j = 0; j < i; j++) {
      const square = (unit[i] as number[]).reduce((s, x, c) => s + (x - (unit[j]?.[c] as number)) ** 2, 0);
      sum += Math.exp(-t * square);
    }
  }
  return Math.log(sum / ((z.rows * (z.rows - 1)) / 2));
}

describe.each(BACKENDS)('uniformity, %s', (backend) => {
  it.each([2, 0.5])('agrees with NumPy for t = %d', async (t) => {
    expect(await uniformity(fixture.z, { t, backend })).toBeCloseTo(fixture.uniformity[t] as number, 12);
  });

  it('is 0 for one direction, whatever the lengths, and −4t for two opposite ones', async () => {
    expect(
      await uniformity(
        Matrix.from([
          [1, 2],
          [2, 4],
          [0.1, 0.2],
        ]),
        { backend },
      ),
    ).toBeCloseTo(0, 14);
    expect(
      await uniformity(
        Matrix.from([
          [1, 0],
          [-3, 0],
        ]),
        { t: 100, backend },
      ),
    ).toBeCloseTo(-400, 10);
  });

  // Around the widths of panels (24) and blocks (192), and of the steps in which columns are summed (256).
  it.each([
    [2, 1],
    [23, 5],
    [24, 8],
    [191, 3],
    [193, 17],
    [400, 2],
    [50, 300],
  ])('is that of all pairs of %i rows of %i', async (n, d) => {
    const z = normals(n + d, n, d);
    expect(await uniformity(z, { backend })).toBeCloseTo(brute(z, 2), 12);
    expect(await uniformity(reordered(z, shuffle(n)), { backend })).toBeCloseTo(brute(z, 2), 12);
  });
});

it.each(BACKENDS)('takes rows of any size, %s', async (backend) => {
  const z = normals(3, 9, 4);
  const sizes = [1e-200, 1e-155, 1e-100, 1, 1e100, 1e155, 1e200, 1e-300, 1e300];
  const sized = new Matrix(
    9,
    4,
    z.data.map((x, at) => x * (sizes[at >> 2] as number)),
  );
  expect(await uniformity(sized, { backend })).toBeCloseTo(brute(z, 2), 12);
});

it('has the same bits at any number of threads', async () => {
  const z = normals(1, 1000, 12);
  const values = [];
  for (const count of [1, 2, 5]) {
    setThreads(count);
    values.push(await uniformity(z, { backend: 'native' }));
  }
  expect(new Set(values).size).toBe(1);
});

describe('uniformity refuses', () => {
  it.each([
    ['a single row', normals(1, 1, 3), {}, 'OUT_OF_RANGE', 'z'],
    ['a row of zeros', Matrix.from([[1], [0]]), {}, 'OUT_OF_RANGE', 'z'],
    ['t beyond the range of exp', normals(1, 2, 3), { t: 200 }, 'OUT_OF_RANGE', 't'],
    ['NaN', Matrix.from([[1], [Number.NaN]]), {}, 'NOT_FINITE', 'z'],
  ] as const)('%s', async (_, z, options, code, argument) => {
    for (const backend of BACKENDS) {
      const error = await failure(() => uniformity(z, { ...options, backend }));
      expect([error.code, error.argument]).toEqual([code, argument]);
    }
  });

  it('to go on when aborted', async () => {
    for (const backend of BACKENDS) {
      const call = uniformity(normals(1, 2000, 64), { backend, signal: AbortSignal.timeout(3) });
      await expect(call).rejects.toThrow(/timeout/i);
    }
  });
});
