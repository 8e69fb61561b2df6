import { describe, expect, test } from 'vitest';
import { eighBatch, eighSync, Matrix, setThreads, svdBatch, svdSync, threads } from '../../src/index.js';
import { plus } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { normals } from '../support/normals.js';

const general = (count: number, rows: number, cols: number) =>
  Array.from({ length: count }, (_, i) => normals(i, rows, cols));

const symmetric = (count: number, n: number) => general(count, n, n).map((a) => plus(a, a.transpose()));

describe.each(BACKENDS)('on %s', (backend) => {
  test.each([undefined, 2])('each is decomposed as by itself, in order, k = %s', async (k) => {
    const options = k === undefined ? { backend } : { k, backend };
    const [rectangles, squares] = [general(40, 7, 5), symmetric(40, 6)];
    expect(await svdBatch(rectangles, options)).toEqual(rectangles.map((a) => svdSync(a, options)));
    expect(await eighBatch(squares, options)).toEqual(squares.map((a) => eighSync(a, options)));
  });

  test('float32 matrices, and both kinds in one stack', async () => {
    const single = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));
    const stack = general(4, 3, 3).map((a, i) => (i % 2 ? single(a) : a));
    expect(await svdBatch(stack, { backend })).toEqual(stack.map((a) => svdSync(a, { backend })));
  });

  test('the documented example', async () => {
    const [first, second] = await svdBatch([Matrix.identity(2), Matrix.diagonal([2, 1])], { backend });
    expect(first?.s).toBeCloseToArray([1, 1], 1e-15);
    expect(second?.s).toBeCloseToArray([2, 1], 1e-15);
  });
});

test('more than one job takes at a time, whatever their size', async () => {
  for (const [count, n] of [
    [1300, 6],
    [60, 60],
    [3, 300],
  ] as const) {
    const stack = general(count, n, n);
    const results = await svdBatch(stack, { k: 1 });
    expect(results.length).toBe(count);
    for (const i of [0, Math.floor(count / 2), count - 1]) {
      const alone = svdSync(stack[i] as Matrix, { k: 1 });
      expect(results[i]?.s).toBeCloseToArray(alone.s, 1e-11);
      expect(results[i]?.vt).toBeCloseToArray(alone.vt, 1e-8);
    }
  }
});

test('the number of threads changes no bit', async () => {
  const [stack, before] = [symmetric(30, 40), threads()];
  const results = [];
  for (const count of [1, 2, 3]) {
    setThreads(count);
    results.push(await eighBatch(stack));
  }
  setThreads(before);
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});
