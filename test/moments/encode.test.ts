import { afterEach, describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { encode } from '../../src/moments/encode.js';
import { pca } from '../../src/moments/pca.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { cut, digest, Watched } from '../support/moments.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const x = normals(1, 300, 7);
const encoder = normals(2, 3, 7);

const initialThreads = threads();
afterEach(() => setThreads(initialThreads));

describe.each(BACKENDS)('encode on %s', (backend) => {
  it('multiplies every row by the encoder, mean subtracted, however the rows are cut', async () => {
    const mean = Float64Array.from(normals(3, 1, 7).data);
    const rows = new Matrix(300, 1, new Float64Array(300).fill(1));
    const shifted = plus(x, product(rows, new Matrix(1, 7, mean)), -1);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 300 }), { maxLength: 5 }), fc.boolean(), async (at, subtract) => {
        const z = await encode(encoder, cut(x, at), { backend, ...(subtract && { mean }) });
        const expected = product(subtract ? shifted : x, encoder.transpose());
        // Inner products of 7 numbers of size at most 4, and the offset of another 7.
        expect(z).toBeCloseToArray(expected, 32 * Number.EPSILON * 7 * 16);
        expect([z.rows, z.cols]).toEqual([300, 3]);
      }),
      { numRuns: 20 },
    );
  });

  it('makes principal components uncorrelated', async () => {
    const { components, mean, variances } = await pca(x, { k: 7, backend });
    const z = await encode(components, x, { mean, backend });
    const covariance = product(z.transpose(), z);
    expect(covariance).toBeCloseToArray(Matrix.diagonal(variances.map((v) => 300 * v)), 1e-11);
  });

  it('reads float32 data and encoders as the numbers they hold', async () => {
    const single = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));
    const double = (a: Matrix) => new Matrix(a.rows, a.cols, Float64Array.from(single(a).data));
    const expected = product(double(x), double(encoder).transpose());
    expect(await encode(single(encoder), single(x), { backend })).toBeCloseToArray(expected, 1e-13);
  });

  it('names an element that is not finite by its row in the whole source', async () => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const chunks = cut(x, [100, 200]).map((chunk) => new Matrix(chunk.rows, 7, chunk.data.slice()));
      (chunks[1] as Matrix).data[7 * 5 + 2] = value;
      const error = await failure(() => encode(encoder, chunks, { backend }));
      expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'source' });
      expect(error.message).toContain(`source has ${value} at row 105, column 2.`);
    }
  });

  it('says when the product overflows', async () => {
    const error = await failure(() => encode(Matrix.from([[1e200]]), Matrix.from([[1e200]]), { backend }));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'source' });
  });

  it('refuses what does not fit', async () => {
    const wrong: [unknown, unknown, object, string, string][] = [
      [normals(1, 3, 6), x, {}, 'SHAPE_MISMATCH', 'encoder'],
      [encoder, [x, normals(1, 2, 6)], {}, 'SHAPE_MISMATCH', 'source'],
      [encoder, [], {}, 'EMPTY', 'source'],
      [encoder, [Matrix.zeros(0, 7)], {}, 'EMPTY', 'source'],
      [Matrix.zeros(0, 7), x, {}, 'EMPTY', 'encoder'],
      [Matrix.from([[1, Number.NaN]]), x, {}, 'NOT_FINITE', 'encoder'],
      [[[1, 2]], x, {}, 'INVALID_ARGUMENT', 'encoder'],
      [encoder, 5, {}, 'INVALID_ARGUMENT', 'source'],
      [encoder, x, { mean: new Float64Array(6) }, 'SHAPE_MISMATCH', 'mean'],
      [encoder, x, { mean: [0, 0, 0, 0, 0, 0, 0] }, 'SHAPE_MISMATCH', 'mean'],
      [encoder, x, { mean: new Float64Array(7).fill(Number.NaN) }, 'NOT_FINITE', 'mean'],
      [encoder, x, { means: 1 }, 'UNKNOWN_OPTION', 'means'],
    ];
    for (const [e, source, options, code, argument] of wrong) {
      const error = await failure(() => encode(e as Matrix, source as Matrix, { ...options, backend }));
      expect(error).toMatchObject({ code, argument });
    }
  });

  it('closes the source on an error and on an abort', async () => {
    const ragged = new Watched([x, normals(1, 2, 6), x]);
    await failure(() => encode(encoder, ragged, { backend }));
    expect(ragged).toMatchObject({ handedOut: 2, closed: true });
    const controller = new AbortController();
    const source = new Watched([x, x, x], (index) => index === 1 && controller.abort('enough'));
    await expect(encode(encoder, source, { backend, signal: controller.signal })).rejects.toBe('enough');
    expect(source).toMatchObject({ handedOut: 2, closed: true });
  });

  it('notices arrays transferred away', async () => {
    const gone = normals(1, 4, 7);
    structuredClone(gone.data.buffer, { transfer: [gone.data.buffer as ArrayBuffer] });
    expect(await failure(() => encode(encoder, gone, { backend }))).toMatchObject({ code: 'DETACHED' });
    expect(await failure(() => encode(gone, x, { backend }))).toMatchObject({ code: 'DETACHED' });
  });
});

it('has the same bits at every number of threads', async () => {
  const tall = normals(4, 3000, 40);
  const wide = normals(5, 20, 40);
  const results = [];
  for (const count of [1, 2, 3]) {
    setThreads(count);
    results.push(digest(await encode(wide, tall, { backend: 'native' })));
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});
