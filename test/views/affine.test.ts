import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { type AffineMap, affineViews } from '../../src/views/affine.js';
import { BACKENDS } from '../support/backends.js';
import { expectAlike, expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { affineOutcomes } from '../support/outcomes.js';
import fc from '../support/properties.js';

const data = (d: number): [Matrix, Matrix] => [normals(d, 6, d), normals(d + 50, 6, 2)];
const square = Matrix.from([
  [1, 2],
  [3, 4],
]);

describe('affineViews', () => {
  it('has the moments that all maps give', async () => {
    const map = fc.record({
      seed: fc.nat({ max: 100 }),
      offset: fc.boolean(),
      weight: fc.option(fc.double({ min: 0.01, max: 10, noNaN: true }), { nil: undefined }),
    });
    const cases = fc.record({
      input: fc.integer({ min: 1, max: 5 }),
      output: fc.integer({ min: 1, max: 5 }),
      drawn: fc.array(map, { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ input, output, drawn }) => {
        const maps = drawn.map(({ seed, offset, weight }) => ({
          matrix: normals(seed, output, input),
          ...(offset && { offset: Float64Array.from(normals(seed + 200, 1, output).data) }),
          ...(weight !== undefined && { weight }),
        }));
        const views = affineViews(maps);
        expect(views.dimensions).toEqual({ input, output });
        await expectEnumerated(views, affineOutcomes(maps), ...data(input));
      }),
    );
  });

  it('of one map has no spread, and is the identity if that is', async () => {
    const [x, y] = data(2);
    const one = await expectationOf(affineViews([{ matrix: square, offset: Float64Array.of(1, -1) }]), x, y);
    expect(one.covariance).toEqual(Matrix.zeros(2, 2));
    expect(one.second).toEqual(one.meanSecond);
    const same = await viewMoments(x, affineViews([{ matrix: Matrix.identity(2) }]), { target: y, backend: 'js' });
    expect(same.second).toEqual(same.inputSecond);
    expect(same.inputCross).toEqual(same.inputSecond);
    expect(same.targetCross).toEqual(same.targetInput);
    expect(same.viewMean).toEqual(same.inputMean);
  });

  it.each(BACKENDS)('takes float32 matrices as the numbers they hold, on %s', async (backend) => {
    const single = new Matrix(2, 2, Float32Array.of(0.1, 0.2, 0.3, 0.4));
    const double = new Matrix(2, 2, Float64Array.from(single.data));
    const expected = await expectationOf(affineViews([{ matrix: double }]), ...data(2), backend);
    expectAlike(await expectationOf(affineViews([{ matrix: single }]), ...data(2), backend), expected, 0);
  });

  it('is drawn as its numbers say', async () => {
    const maps = [
      { matrix: square, weight: 1 },
      { matrix: Matrix.identity(2), offset: Float64Array.of(5, 6), weight: 3 },
    ];
    const numbers = Float64Array.of(2, 2, 0.25, 1, 1, 2, 3, 4, 0, 0, 1, 0, 0, 1, 5, 6);
    expect(await affineViews(maps).step(2, js.linalg)).toEqual({ kind: 'affine', numbers });
    expect(affineViews(maps).name).toBe('2 affine maps');
  });

  it.each(BACKENDS)('does not follow what happens to its arrays later, on %s', async (backend) => {
    const matrix = new Matrix(2, 2, square.data.slice());
    const offset = Float64Array.of(1, 2);
    const views = affineViews([{ matrix, offset }, { matrix: Matrix.identity(2) }]);
    const results = async () => [
      await expectationOf(views, ...data(2), backend),
      await sampleViews(data(2)[0], views, { samples: 3, backend }),
    ];
    const before = await results();
    matrix.data.fill(7);
    offset.fill(7);
    expect(await results()).toEqual(before);
    structuredClone([matrix.data.buffer, offset.buffer], {
      transfer: [matrix.data.buffer, offset.buffer] as ArrayBuffer[],
    });
    expect(await results()).toEqual(before);
  });

  const identity = { matrix: Matrix.identity(2) };

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'EMPTY', 'maps'],
    ['no maps', [], 'EMPTY', 'maps'],
    ['a map alone', identity, 'EMPTY', 'maps'],
    ['a matrix for a map', [Matrix.identity(2)], 'INVALID_ARGUMENT', 'options'],
    ['a map that is null', [identity, null], 'INVALID_ARGUMENT', 'maps[1].matrix'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a hole', [identity, , identity], 'INVALID_ARGUMENT', 'maps[1].matrix'],
    ['a map without matrix', [{ offset: Float64Array.of(1) }], 'INVALID_ARGUMENT', 'maps[0].matrix'],
    ['rows for a matrix', [{ matrix: [[1]] }], 'INVALID_ARGUMENT', 'maps[0].matrix'],
    ['an empty matrix', [{ matrix: Matrix.zeros(0, 2) }], 'EMPTY', 'maps[0].matrix'],
    ['NaN in a matrix', [identity, { matrix: nan(2, 2) }], 'NOT_FINITE', 'maps[1].matrix'],
    ['matrices of two shapes', [identity, { matrix: Matrix.zeros(2, 3) }], 'SHAPE_MISMATCH', 'maps[1].matrix'],
    ['matrices of two heights', [identity, { matrix: Matrix.zeros(3, 2) }], 'SHAPE_MISMATCH', 'maps[1].matrix'],
    ['an offset of another length', [{ ...identity, offset: new Float64Array(3) }], 'SHAPE_MISMATCH', 'maps[0].offset'],
    ['an offset that is a number', [{ ...identity, offset: 1 }], 'SHAPE_MISMATCH', 'maps[0].offset'],
    ['an offset that is null', [{ ...identity, offset: null }], 'SHAPE_MISMATCH', 'maps[0].offset'],
    ['an infinite offset', [{ ...identity, offset: Float64Array.of(0, 1 / 0) }], 'NOT_FINITE', 'maps[0].offset'],
    ['a misspelt field', [{ ...identity, ofset: new Float64Array(2) }], 'UNKNOWN_OPTION', 'ofset'],
    ['a negative weight', [identity, { ...identity, weight: -1 }], 'OUT_OF_RANGE', 'weights'],
    ['a weight that is NaN', [{ ...identity, weight: Number.NaN }], 'OUT_OF_RANGE', 'weights'],
    ['a weight that is a word', [{ ...identity, weight: '1' }], 'OUT_OF_RANGE', 'weights'],
    ['weights of 0', [{ ...identity, weight: 0 }], 'OUT_OF_RANGE', 'weights'],
  ])('refuses %s', async (_, maps, code, argument) => {
    expect(await failure(() => affineViews(maps as AffineMap[]))).toMatchObject({ code, argument });
  });

  it('refuses samples of another dimension', async () => {
    const error = await failure(() => expectationOf(affineViews([{ matrix: Matrix.zeros(2, 3) }]), ...data(2)));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '2' });
  });
});

function nan(rows: number, cols: number): Matrix {
  return new Matrix(rows, cols, new Float64Array(rows * cols).fill(Number.NaN));
}
