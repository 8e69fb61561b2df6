import { describe, expect, test } from 'vitest';
import type { MomentsBackend } from '../../src/backends/moments.js';
import { selectBackend } from '../../src/backends/select.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { normal } from '../../src/runtime/random.js';
import { meanProduct, plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { cut } from '../support/moments.js';
import { normals } from '../support/normals.js';
import { EPS, unit } from './invariants.js';

const moments = (name: string) => selectBackend(name).moments;

/** The Gram matrix of the pieces, with a snapshot after each where asked. */
async function gramOf(backend: MomentsBackend, x: Matrix[], y?: Matrix[], snapshots = false): Promise<Matrix> {
  const gram = backend.gram((x[0] as Matrix).cols, y?.[0]?.cols ?? 0);
  for (const [i, piece] of x.entries()) {
    await gram.add({}, piece, y?.[i]);
    if (snapshots) await gram.snapshot({});
  }
  const total = await gram.snapshot({});
  expect(total.count).toBe(x.reduce((sum, piece) => sum + piece.rows, 0));
  return total.gram;
}

const beside = (...parts: Matrix[]) =>
  Matrix.from(parts[0]?.toArray().map((_, i) => parts.flatMap((part) => [...part.row(i)])) ?? []);
const ones = (n: number) => new Matrix(n, 1, new Float64Array(n).fill(1));
const integers = (seed: number, rows: number, cols: number) =>
  new Matrix(
    rows,
    cols,
    normals(seed, rows, cols).data.map((x) => Math.round(8 * x)),
  );
const float32 = (a: Matrix) => new Matrix(a.rows, a.cols, Float32Array.from(a.data));

describe.each(BACKENDS)('%s: gram', (name) => {
  test.each([
    ['one row', 1, 3, 0],
    ['one column', 40, 1, 0],
    ['less than a block', 100, 5, 2],
    ['a block exactly', 256, 5, 2],
    ['several blocks and a rest', 1100, 7, 3],
    ['more columns than a tile', 300, 30, 25],
  ])('is exact on integers: %s', async (_, rows, dx, dy) => {
    const x = integers(1, rows, dx);
    const y = dy === 0 ? undefined : integers(2, rows, dy);
    const all = y === undefined ? beside(x, ones(rows)) : beside(x, y, ones(rows));
    const gram = await gramOf(moments(name), [x], y && [y]);
    expect(gram).toBeCloseToArray(product(all.transpose(), all), 0);
  });

  test('rounds like sums of blocks', async () => {
    const x = normals(3, 3000, 6);
    const gram = await gramOf(moments(name), [x]);
    // Each product rounds once, each partial sum of at most 256 + 12 terms once more.
    const all = beside(x, ones(3000));
    expect(gram).toBeCloseToArray(times(meanProduct(all, all), 3000), 300 * EPS * 3000);
  });

  test.each([
    ['float64', (a: Matrix) => a],
    ['float32', float32],
  ] as const)('has the same bits however the rows are cut: %s', async (_, convert) => {
    const x = convert(normals(4, 1500, 9));
    const y = convert(normals(5, 1500, 2));
    const whole = await gramOf(moments(name), [x], [y]);
    for (const at of [[1], [256, 512], [255, 257, 900], [0, 10, 10, 1499], [700, 1400]]) {
      expect(await gramOf(moments(name), cut(x, at), cut(y, at), true)).toEqual(whole);
    }
  });

  test('has both triangles', async () => {
    const gram = await gramOf(moments(name), [normals(6, 50, 40)]);
    expect(gram.data).toEqual(gram.transpose().data);
  });

  test('mixes number types', async () => {
    const x = normals(7, 300, 4);
    const y = float32(normals(8, 300, 2));
    const all = beside(x, y, ones(300));
    expect(await gramOf(moments(name), [x], [y])).toBeCloseToArray(product(all.transpose(), all), 300 * 300 * EPS);
  });

  test('counts nothing before the first row', async () => {
    const { count, gram } = await moments(name).gram(2, 0).snapshot({});
    expect(count).toBe(0);
    expect(gram).toBeCloseToArray(Matrix.zeros(3, 3), 0);
  });
});

describe('whole numbers, which the native backend sums as integers up to 2047', () => {
  const pixels = (rows: number, cols: number) => {
    const a = normals(21, rows, cols);
    // A margin that is never written on, as in scanned digits.
    return new Matrix(
      rows,
      cols,
      Float32Array.from(a.data, (x, at) => (at % cols < 60 ? 0 : Math.min(255, Math.abs(Math.round(100 * x))))),
    );
  };
  const oneHot = (rows: number, classes: number) => {
    const y = new Matrix(rows, classes);
    for (let i = 0; i < rows; i++) y.data[i * classes + ((7 * i) % classes)] = 1;
    return y;
  };
  const both = async (x: Matrix[], y?: Matrix[], snapshots = false) => [
    await gramOf(moments('native'), x, y, snapshots),
    await gramOf(moments('js'), x, y),
  ];

  test.each([
    ['in one piece', []],
    ['after odd numbers of rows', [1, 254, 255, 513]],
  ])('have the same bits on both backends: pixels %s', async (_, at) => {
    const [native, js] = await both(cut(pixels(600, 110), at), cut(oneHot(600, 10), at), true);
    expect(native).toEqual(js);
  });

  test.each([2047, -2047, 2048, -2048, 32768, 2047.5, 0.25, 2 ** 33, -0])(
    'have the same bits on both backends: %d among them',
    async (value) => {
      for (const row of [0, 1, 254, 255, 256, 299]) {
        const x = integers(22, 300, 30);
        x.data[30 * row + 29] = value;
        x.data[30 * row] = -value;
        const [native, js] = await both(cut(x, [row]), undefined, true);
        expect(native).toEqual(js);
      }
    },
  );

  test('do not overflow', async () => {
    const x = new Matrix(512, 60, new Float64Array(512 * 60).fill(-2047));
    const [native, js] = await both([x]);
    expect(native).toEqual(js);
    expect(native?.get(0, 59)).toBe(512 * 2047 ** 2);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('name %d among them', async (value) => {
    for (const row of [0, 3, 255, 256, 299]) {
      const x = integers(23, 300, 30);
      x.data[30 * row + 17] = value;
      const error = await failure(() => consume(moments('native'), cut(x, [100])));
      expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'source', received: String(value) });
      expect(error.message).toContain(`row ${row}, column 17`);
    }
  });
});

/** Adds the pieces and asks for the result; a backend may notice bad numbers at either. */
async function consume(backend: MomentsBackend, x: Matrix[], y?: Matrix[]): Promise<unknown> {
  const gram = backend.gram((x[0] as Matrix).cols, y?.[0]?.cols ?? 0);
  for (const [i, piece] of x.entries()) await gram.add({}, piece, y?.[i]);
  return gram.snapshot({});
}

function spoilt(rows: number, cols: number, row: number, col: number, value: number): Matrix {
  const a = normals(9, rows, cols);
  a.data[row * cols + col] = value;
  return a;
}

describe.each(BACKENDS)('%s: gram refuses', (name) => {
  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%s, naming the row of the whole stream', async (_, value) => {
    const error = await failure(() => consume(moments(name), cut(spoilt(700, 4, 600, 3, value), [50, 400])));
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'source', received: String(value) });
    expect(error.message).toContain('row 600, column 3');
  });

  test('NaN in the second argument', async () => {
    const error = await failure(() =>
      consume(moments(name), [normals(10, 300, 4)], [spoilt(300, 2, 7, 1, Number.NaN)]),
    );
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument: 'target' });
    expect(error.message).toContain('row 7, column 1');
  });

  test('squares that overflow', async () => {
    const error = await failure(() => consume(moments(name), [spoilt(300, 3, 5, 2, 1e200)]));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'source' });
    expect(error.message).toContain('column 2');
  });

  test('a buffer that is gone', async () => {
    const x = normals(11, 20, 3);
    structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] });
    const error = await failure(() => consume(moments(name), [x]));
    expect(error).toMatchObject({ code: 'DETACHED', argument: 'source' });
  });

  test('to go on when aborted', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    const gram = moments(name).gram(3, 0);
    await expect(gram.add({ signal }, normals(12, 2000, 3), undefined)).rejects.toBe(reason);
  });
});

describe.each(BACKENDS)('%s: project', (name) => {
  test.each([
    ['float64', (a: Matrix) => a],
    ['float32', float32],
  ] as const)('multiplies rows by the encoder: %s', async (_, convert) => {
    const x = convert(normals(13, 1300, 6));
    const encoder = normals(14, 3, 6);
    const expected = product(x, encoder.transpose());
    const result = await moments(name).project({}, x, encoder);
    expect([result.rows, result.cols]).toEqual([1300, 3]);
    expect(result).toBeCloseToArray(expected, 6 * EPS * 6 * unit(expected));
  });

  test('rejects with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    const control = { signal: AbortSignal.abort(reason) };
    await expect(moments(name).project(control, normals(15, 10, 2), normals(16, 1, 2))).rejects.toBe(reason);
  });

  test('refuses a buffer that is gone', async () => {
    const x = normals(15, 10, 2);
    structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] });
    const error = await failure(() => moments(name).project({}, x, normals(16, 1, 2)));
    expect(error.code).toBe('DETACHED');
  });
});

describe.each(BACKENDS)('%s: addNoise', (name) => {
  const block = { seed: 2 ** 40 + 3, firstSample: 2 ** 32 - 2, stream: 7 };
  const draws = (rows: number, cols: number) => {
    const g = new Matrix(rows, cols);
    for (let i = 0; i < rows; i++) normal(block.seed, block.firstSample + i, block.stream, g.row(i) as Float64Array);
    return g;
  };
  test('lets NaN through to whoever knows its row', async () => {
    const x = spoilt(4, 2, 1, 0, Number.NaN);
    const noisy = await moments(name).addNoise({}, x, new Float64Array(2).fill(1), block);
    const image = await moments(name).project({}, x, Matrix.identity(2));
    for (const result of [noisy, image]) expect(result.data[2]).toBeNaN();
  });

  // The logarithm, the root and the cosine each round by an ulp or two of numbers up to 9.
  const rounding = 100 * EPS;

  test.each([
    ['even', 4, 6],
    ['odd', 5, 7],
    ['one', 3, 1],
    ['many rows', 1000, 3],
  ])('adds the normals of the stream times deviations: %s', async (_, rows, d) => {
    const x = normals(17, rows, d);
    const deviations = Float64Array.from({ length: d }, (_, j) => j % 3);
    const expected = plus(x, product(draws(rows, d), Matrix.diagonal(deviations)));
    expect(await moments(name).addNoise({}, x, deviations, block)).toBeCloseToArray(expected, rounding);
  });

  test('leaves coordinates without deviation as they are', async () => {
    const x = normals(17, 20, 5);
    x.data[2] = -0;
    const result = await moments(name).addNoise({}, x, Float64Array.of(0, 1, 0, 0, 0), block);
    for (const j of [0, 2, 3, 4]) expect(result.transpose().row(j)).toEqual(x.transpose().row(j));
    expect(await moments(name).addNoise({}, x, new Float64Array(5), block)).toEqual(x);
  });

  test('correlates by a square root', async () => {
    const x = float32(normals(18, 30, 4));
    const root = normals(19, 4, 4);
    const expected = plus(x, product(draws(30, 4), root.transpose()));
    expect(await moments(name).addNoise({}, x, root, block)).toBeCloseToArray(expected, 20 * rounding);
  });

  test('does not depend on where the rows are cut', async () => {
    const x = normals(20, 50, 5);
    const deviations = new Float64Array(5).fill(2);
    const whole = await moments(name).addNoise({}, x, deviations, block);
    const [head, tail] = cut(x, [17]) as [Matrix, Matrix];
    const later = { ...block, firstSample: block.firstSample + 17 };
    const parts = [
      await moments(name).addNoise({}, head, deviations, block),
      await moments(name).addNoise({}, tail, deviations, later),
    ];
    expect(parts.flatMap((part) => [...part.data])).toEqual([...whole.data]);
  });
});
