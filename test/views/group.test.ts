import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import {
  cyclicShifts,
  flips,
  type GroupOptions,
  groupViews,
  type PlanarShape,
  rotations,
  type SignedPermutation,
} from '../../src/views/group.js';
import { product } from '../support/algebra.js';
import { expectAlike, expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { affineOutcomes, permutationMatrix } from '../support/outcomes.js';
import fc from '../support/properties.js';

const data = (d: number): [Matrix, Matrix] => [normals(d, 6, d), normals(d + 50, 6, 2)];

const matrixOf = ({ permutation, signs }: SignedPermutation) => permutationMatrix(permutation, signs);

/** What an element makes of an image whose pixels are letters, row by row. */
function picture({ permutation }: SignedPermutation, letters: string, width: number): string {
  const moved = Array.from(permutation, (from) => letters[from]).join('');
  return (moved.match(new RegExp(`.{${width}}`, 'g')) as string[]).join(' ');
}

function signedPermutation(d: number): fc.Arbitrary<SignedPermutation> {
  const order = fc.shuffledSubarray(
    Array.from({ length: d }, (_, j) => j),
    { minLength: d },
  );
  const signs = fc.option(fc.array(fc.constantFrom(1, -1), { minLength: d, maxLength: d }), { nil: undefined });
  return fc.tuple(order, signs).map(([permutation, given]) => ({ permutation, ...(given && { signs: given }) }));
}

describe('groupViews', () => {
  it('has the moments that all elements give', async () => {
    const cases = fc.integer({ min: 1, max: 5 }).chain((d) =>
      fc.record({
        d: fc.constant(d),
        weighted: fc.array(fc.tuple(signedPermutation(d), fc.double({ min: 1e-3, max: 10, noNaN: true })), {
          minLength: 1,
          maxLength: 5,
        }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ d, weighted }) => {
        const elements = weighted.map(([element]) => element);
        const weights = weighted.map(([, weight]) => weight);
        const matrices = elements.map((element, i) => ({ matrix: matrixOf(element), weight: weights[i] as number }));
        await expectEnumerated(groupViews(elements, { weights }), affineOutcomes(matrices), ...data(d));
      }),
    );
  });

  it.each<[string, SignedPermutation[]]>([
    ['flips', flips({ width: 3, height: 2 }, { horizontal: true, vertical: true })],
    ['cyclic shifts', cyclicShifts({ width: 3, height: 2, channels: 2 })],
    ['rotations', rotations({ width: 2, height: 2, channels: 2 })],
  ])('averages over all %s', async (_, elements) => {
    const d = (elements[0] as SignedPermutation).permutation.length;
    const outcomes = affineOutcomes(elements.map((element) => ({ matrix: matrixOf(element) })));
    await expectEnumerated(groupViews(elements), outcomes, ...data(d));
  });

  it('takes every element as likely as another unless told', async () => {
    const elements = flips({ width: 2, height: 2 });
    const [x, y] = data(4);
    const equal = await expectationOf(groupViews(elements, { weights: [3, 3] }), x, y);
    expect(await expectationOf(groupViews(elements), x, y)).toEqual(equal);
    const one = await expectationOf(groupViews([elements[0] as SignedPermutation]), x, y);
    expect(await expectationOf(groupViews(elements, { weights: [2, 0] }), x, y)).toEqual(one);
    expect(one.covariance.data.every((value) => value === 0)).toBe(true);
  });

  it('makes moments that its elements leave alone, if they are a group', async () => {
    const elements = rotations({ width: 3, height: 3 });
    const { second, meanSecond, mean } = await expectationOf(groupViews(elements), ...data(9));
    for (const element of elements) {
      const p = matrixOf(element);
      expect(product(p, second, p.transpose())).toBeCloseToArray(second, 1e-14);
      expect(product(p, meanSecond, p.transpose())).toBeCloseToArray(meanSecond, 1e-14);
      expect(product(p, new Matrix(9, 1, mean))).toBeCloseToArray(mean, 1e-15);
    }
  });

  it('reads typed arrays as well', async () => {
    const typed = groupViews([{ permutation: Uint16Array.of(1, 0), signs: Int8Array.of(1, -1) }]);
    const plain = groupViews([{ permutation: [1, 0], signs: [1, -1] }]);
    expectAlike(await expectationOf(typed, ...data(2)), await expectationOf(plain, ...data(2)), 0);
  });

  it('is drawn as its numbers say, and keeps its dimension', async () => {
    const views = groupViews([{ permutation: [1, 0], signs: [1, -1] }, { permutation: [0, 1] }], { weights: [1, 3] });
    expect(views.name).toBe('a group of 2 signed permutations');
    expect(views.dimensions).toEqual({ input: 2, output: 2 });
    const numbers = Float64Array.of(2, 0.25, 1, 2, -1, 1, 2);
    expect(await views.step(2, js.linalg)).toEqual({ kind: 'permutation', numbers });
  });

  it('does not follow later changes of the arrays', async () => {
    const permutation = [1, 0];
    const views = groupViews([{ permutation }]);
    const before = [await expectationOf(views, ...data(2)), await views.step(2, js.linalg)];
    permutation.reverse();
    expect([await expectationOf(views, ...data(2)), await views.step(2, js.linalg)]).toEqual(before);
  });

  const identity = { permutation: [0, 1, 2] };

  it.each<[string, unknown, unknown, string, string]>([
    ['nothing', undefined, {}, 'EMPTY', 'elements'],
    ['no elements', [], {}, 'EMPTY', 'elements'],
    ['an element alone', identity, {}, 'EMPTY', 'elements'],
    ['an element that is null', [identity, null], {}, 'INVALID_ARGUMENT', 'elements[1]'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a hole', [identity, , identity], {}, 'INVALID_ARGUMENT', 'elements[1]'],
    ['an element without permutation', [{ signs: [1] }], {}, 'INVALID_ARGUMENT', 'elements[0]'],
    ['an empty permutation', [{ permutation: [] }], {}, 'INVALID_ARGUMENT', 'elements[0]'],
    ['repeats', [identity, { permutation: [0, 2, 2] }], {}, 'INVALID_ARGUMENT', 'elements[1].permutation[2]'],
    ['a coordinate there is not', [{ permutation: [0, 3, 1] }], {}, 'OUT_OF_RANGE', 'elements[0].permutation[1]'],
    ['a negative coordinate', [{ permutation: [-1, 0] }], {}, 'OUT_OF_RANGE', 'elements[0].permutation[0]'],
    ['half a coordinate', [{ permutation: [0, 0.5] }], {}, 'INVALID_ARGUMENT', 'elements[0].permutation[1]'],
    ['a word', [{ permutation: 'ba' }], {}, 'INVALID_ARGUMENT', 'elements[0].permutation[0]'],
    ['elements of two lengths', [identity, { permutation: [1, 0] }], {}, 'SHAPE_MISMATCH', 'elements[1]'],
    ['signs beside ±1', [{ permutation: [0, 1], signs: [1, 0] }], {}, 'OUT_OF_RANGE', 'elements[0].signs[1]'],
    ['signs that are NaN', [{ permutation: [0], signs: [Number.NaN] }], {}, 'OUT_OF_RANGE', 'elements[0].signs[0]'],
    ['signs that are words', [{ permutation: [0], signs: ['-1'] }], {}, 'OUT_OF_RANGE', 'elements[0].signs[0]'],
    ['too few signs', [{ ...identity, signs: [1, 1] }], {}, 'SHAPE_MISMATCH', 'elements[0].signs'],
    ['signs that are null', [{ ...identity, signs: null }], {}, 'SHAPE_MISMATCH', 'elements[0].signs'],
    ['one sign for all', [{ ...identity, signs: -1 }], {}, 'SHAPE_MISMATCH', 'elements[0].signs'],
    ['a misspelt field', [{ ...identity, sings: [1, 1, -1] }], {}, 'UNKNOWN_OPTION', 'sings'],
    ['a negative weight', [identity, identity], { weights: [1, -1] }, 'OUT_OF_RANGE', 'weights'],
    ['a weight that is NaN', [identity], { weights: [Number.NaN] }, 'OUT_OF_RANGE', 'weights'],
    ['weights of 0', [identity, identity], { weights: [0, 0] }, 'OUT_OF_RANGE', 'weights'],
    ['too few weights', [identity, identity], { weights: [1] }, 'SHAPE_MISMATCH', 'weights'],
    ['weights that are a number', [identity, identity], { weights: 1 }, 'SHAPE_MISMATCH', 'weights'],
    ['weights that are a word', [identity, identity], { weights: '11' }, 'SHAPE_MISMATCH', 'weights'],
    ['a misspelt option', [identity], { weight: [1] }, 'UNKNOWN_OPTION', 'weight'],
    ['null for options', [identity], null, 'INVALID_ARGUMENT', 'options'],
  ])('refuses %s', async (_, elements, options, code, argument) => {
    const error = await failure(() => groupViews(elements as SignedPermutation[], options as GroupOptions));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses samples of another dimension', async () => {
    const error = await failure(() => expectationOf(groupViews([identity]), ...data(4)));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '4' });
  });
});

describe('flips', () => {
  it('mirror pictures', () => {
    const drawn = (options?: object) =>
      flips({ width: 3, height: 2 }, options).map((element) => picture(element, 'abcdef', 3));
    expect(drawn()).toEqual(['abc def', 'cba fed']);
    expect(drawn({ horizontal: true })).toEqual(['abc def', 'cba fed']);
    expect(drawn({ vertical: true })).toEqual(['abc def', 'def abc']);
    expect(drawn({ horizontal: true, vertical: true })).toEqual(['abc def', 'cba fed', 'def abc', 'fed cba']);
    expect(drawn({})).toEqual(['abc def']);
  });

  it('mirror each channel by itself', () => {
    const [, flipped] = flips({ width: 2, height: 1, channels: 3 });
    expect(picture(flipped as SignedPermutation, 'abcdef', 2)).toBe('ba dc fe');
  });

  it('are their own inverses', () => {
    for (const element of flips({ width: 3, height: 4, channels: 2 }, { horizontal: true, vertical: true })) {
      const p = matrixOf(element);
      expect(product(p, p)).toEqual(Matrix.identity(24));
    }
  });

  it.each<[string, unknown, unknown, string, string]>([
    ['no shape', undefined, undefined, 'INVALID_ARGUMENT', 'shape.width'],
    ['a shape that is null', null, undefined, 'INVALID_ARGUMENT', 'options'],
    ['no height', { width: 2 }, undefined, 'INVALID_ARGUMENT', 'shape.height'],
    ['no pixels', { width: 0, height: 2 }, undefined, 'OUT_OF_RANGE', 'shape.width'],
    ['half a pixel', { width: 2, height: 1.5 }, undefined, 'INVALID_ARGUMENT', 'shape.height'],
    ['no channels', { width: 2, height: 2, channels: 0 }, undefined, 'OUT_OF_RANGE', 'shape.channels'],
    ['a misspelt extent', { width: 2, height: 2, chanels: 3 }, undefined, 'UNKNOWN_OPTION', 'chanels'],
    ['a direction that is a number', { width: 2, height: 2 }, { horizontal: 1 }, 'INVALID_ARGUMENT', 'horizontal'],
    ['a direction that is null', { width: 2, height: 2 }, { vertical: null }, 'INVALID_ARGUMENT', 'vertical'],
    ['a misspelt direction', { width: 2, height: 2 }, { horizontally: true }, 'UNKNOWN_OPTION', 'horizontally'],
    ['null for options', { width: 2, height: 2 }, null, 'INVALID_ARGUMENT', 'options'],
    ['images beyond bounds', { width: 2, height: 2, channels: 2 ** 40 }, undefined, 'TOO_LARGE', 'shape'],
  ])('refuse %s', async (_, shape, options, code, argument) => {
    expect(await failure(() => flips(shape as PlanarShape, options as object))).toMatchObject({ code, argument });
  });
});

describe('cyclicShifts', () => {
  it('move pictures around', () => {
    const drawn = (options?: object) =>
      cyclicShifts({ width: 3, height: 2 }, options).map((element) => picture(element, 'abcdef', 3));
    expect(drawn({ x: 0, y: 0 })).toEqual(['abc def']);
    expect(drawn({ x: 1, y: 0 })).toEqual(['cab fde', 'abc def', 'bca efd']);
    expect(drawn({ x: 0 })).toEqual(['abc def', 'def abc']);
    expect(drawn()).toEqual(['abc def', 'bca efd', 'cab fde', 'def abc', 'efd bca', 'fde cab']);
  });

  it('move each channel by itself, up to the reach and no further', () => {
    const shape = { width: 5, height: 3, channels: 2 };
    const elements = cyclicShifts(shape, { x: 2, y: 1 });
    expect(elements).toHaveLength(15);
    const pictures = new Set(elements.map((element) => picture(element, 'abcdefghijklmnoABCDEFGHIJKLMNO', 15)));
    expect(pictures.size).toBe(15);
    for (const drawn of pictures) {
      const [first, second] = drawn.split(' ') as [string, string];
      expect(second).toBe(first.toUpperCase());
    }
    expect(cyclicShifts(shape, { x: 1, y: 0 })).toHaveLength(3);
  });

  it.each<[string, unknown, unknown, string, string]>([
    ['half a pixel', { width: 3, height: 3 }, { x: 0.5 }, 'INVALID_ARGUMENT', 'x'],
    ['a negative reach', { width: 3, height: 3 }, { y: -1 }, 'OUT_OF_RANGE', 'y'],
    ['a reach that meets itself', { width: 4, height: 3 }, { x: 2 }, 'OUT_OF_RANGE', 'x'],
    ['a reach that is null', { width: 4, height: 3 }, { x: null }, 'INVALID_ARGUMENT', 'x'],
    ['a misspelt direction', { width: 4, height: 3 }, { z: 1 }, 'UNKNOWN_OPTION', 'z'],
    ['null for options', { width: 4, height: 3 }, null, 'INVALID_ARGUMENT', 'options'],
    ['no pixels', { width: 3, height: 0 }, {}, 'OUT_OF_RANGE', 'shape.height'],
    ['more elements than there is room for', { width: 224, height: 224 }, {}, 'TOO_LARGE', 'shape'],
  ])('refuse %s', async (_, shape, options, code, argument) => {
    const error = await failure(() => cyclicShifts(shape as PlanarShape, options as object));
    expect(error).toMatchObject({ code, argument });
  });
});

describe('rotations', () => {
  it('turn pictures by quarters', () => {
    const drawn = rotations({ width: 3, height: 3 }).map((element) => picture(element, 'abcdefghi', 3));
    const turned = ['abc def ghi', 'gda heb ifc', 'ihg fed cba', 'cfi beh adg'];
    expect(new Set(drawn)).toEqual(new Set(turned));
    expect(drawn[0]).toBe(turned[0]);
    expect(drawn[2]).toBe(turned[2]);
  });

  it('have order 4, and are powers of the first', () => {
    const [none, quarter, half, threeQuarters] = rotations({ width: 3, height: 3, channels: 2 }).map(matrixOf) as [
      Matrix,
      Matrix,
      Matrix,
      Matrix,
    ];
    expect(none).toEqual(Matrix.identity(18));
    expect(product(quarter, quarter)).toEqual(half);
    expect(product(quarter, half)).toEqual(threeQuarters);
    expect(product(half, half)).toEqual(none);
    expect(product(quarter, threeQuarters)).toEqual(none);
  });

  it('are the identity for single pixels', () => {
    for (const { permutation } of rotations({ width: 1, height: 1, channels: 3 })) {
      expect(Array.from(permutation)).toEqual([0, 1, 2]);
    }
  });

  it('refuse images that are not square', async () => {
    const error = await failure(() => rotations({ width: 3, height: 2 }));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'shape.height', received: '2' });
    expect(error.message).toContain('need square images. Expected shape.height to be 3');
    expect(await failure(() => rotations({ width: 3 } as PlanarShape))).toMatchObject({ argument: 'shape.height' });
  });
});
