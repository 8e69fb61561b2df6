import { afterEach, describe, expect, it } from 'vitest';
import { subspaceDistanceSync } from '../../src/linalg/subspace-distance.js';
import { svdSync } from '../../src/linalg/svd.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { pca } from '../../src/moments/pca.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { centred, firstRows, plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { cut, digest, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';
import { viewsOf } from '../support/view-processes.js';

const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

/** n rows with standard deviations 1, 2, … d in mixed coordinates, and means about 2. */
function correlated(seed: number, n: number, d: number): Matrix {
  const spread = Matrix.diagonal(Float64Array.from({ length: d }, (_, i) => i + 1));
  const offset = new Matrix(n, 1, new Float64Array(n).fill(2));
  return plus(product(normals(seed, n, d), spread, normals(seed + 1000, d, d)), product(offset, normals(7, 1, d)));
}

describe.each(BACKENDS)('pca on %s', (backend) => {
  it('finds the right singular vectors of the centred data', async () => {
    const problem = fc.record({ seed: fc.nat({ max: 99 }), d: fc.integer({ min: 2, max: 6 }), k: fc.nat({ max: 4 }) });
    await fc.assert(
      fc.asyncProperty(problem, async ({ seed, d, k: at }) => {
        const x = correlated(seed, 30, d);
        const k = 1 + (at % d);
        const { components, mean, variances } = await pca(x, { k, backend });
        const { s, vt } = svdSync(centred(x), { backend });
        // The covariance is formed, so errors are relative to its size: the squares of what svd sees, plus the mean's.
        const size = (s[0] as number) ** 2 / 30 + 4 * d;
        expect(mean).toBeCloseToArray(plus(x, centred(x), -1).row(0), 1e-13 * Math.sqrt(size));
        expect(variances).toBeCloseToArray(
          s.slice(0, k).map((value) => value ** 2 / 30),
          1e-13 * size,
        );
        expect(product(components, components.transpose())).toBeCloseToArray(Matrix.identity(k), 1e-13);
        const gap = k === d ? size : ((s[k - 1] as number) ** 2 - (s[k] as number) ** 2) / 30;
        expect(subspaceDistanceSync(components, firstRows(vt, k)).chordal).toBeLessThan((1e-13 * size) / gap);
      }),
      { numRuns: 15 },
    );
  });

  it('gives the same from data, a stream and moments under any process', async () => {
    const x = correlated(3, 600, 4);
    const expected = await pca(x, { k: 2, backend });
    expect(await pca(cut(x, [17, 300]), { k: 2, backend })).toEqual(expected);
    const moments = await viewMoments(x, viewsOf({ process: 'mask', keep: 0.5 }), { backend });
    expect(await pca(moments, { k: 2, backend })).toEqual(expected);
  });

  it('lists variances in descending order, zero ones included', async () => {
    const x = product(correlated(4, 50, 3), normals(5, 3, 6));
    const { variances } = await pca(x, { k: 6, backend });
    expect([...variances].sort((a, b) => b - a)).toEqual([...variances]);
    expect(variances.subarray(3)).toBeCloseToArray([0, 0, 0], 1e-13 * (variances[0] as number));
    expect((await pca(Matrix.from([[3, 4]]), { k: 2, backend })).variances).toBeCloseToArray([0, 0], 1e-14);
  });

  it('reads float32', async () => {
    const x = correlated(6, 40, 3);
    const single = new Matrix(40, 3, Float32Array.from(x.data));
    const double = new Matrix(40, 3, Float64Array.from(single.data));
    expect(await pca(single, { k: 2, backend })).toEqual(await pca(double, { k: 2, backend }));
  });

  it('refuses what it cannot do', async () => {
    const x = correlated(8, 20, 3);
    const wrong: [unknown, object | undefined, string, string | undefined][] = [
      [x, { k: 4 }, 'OUT_OF_RANGE', 'k'],
      [x, { k: 0 }, 'OUT_OF_RANGE', 'k'],
      [x, { k: 1.5 }, 'INVALID_ARGUMENT', 'k'],
      [x, undefined, 'INVALID_ARGUMENT', 'k'],
      [x, { k: 1, center: false }, 'UNKNOWN_OPTION', 'center'],
      [Matrix.zeros(0, 3), { k: 1 }, 'EMPTY', 'source'],
      [Matrix.from([[1], [Number.NaN]]), { k: 1 }, 'NOT_FINITE', 'source'],
      ['x', { k: 1 }, 'INVALID_ARGUMENT', 'source'],
    ];
    for (const [source, options, code, argument] of wrong) {
      const error = await failure(() => pca(source as Matrix, (options && { ...options, backend }) as never));
      expect(error).toMatchObject({ code, argument });
    }
  });

  it('rejects with the reason of an abort and closes the source', async () => {
    const controller = new AbortController();
    const x = correlated(9, 20, 3);
    const source = new Watched([x, x, x], (index) => index === 1 && controller.abort('enough'));
    await expect(pca(source, { k: 1, backend, signal: controller.signal })).rejects.toBe('enough');
    expect(source.closed).toBe(true);
  });
});

it('has the same bits at every number of threads', async () => {
  // So many columns that LAPACK would take all threads if it were let.
  const x = normals(10, 300, 400);
  const results = [];
  for (const count of [1, 2, 3]) {
    setThreads(count);
    const { components, variances } = await pca(x, { k: 300, backend: 'native' });
    results.push([digest(components), digest(variances)]);
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});
