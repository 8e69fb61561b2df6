import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, product, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { expectAlike, expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { affineOutcomes, maskOutcomes, oneOf } from '../support/outcomes.js';
import fc from '../support/properties.js';
import { viewTrees } from '../support/view-trees.js';

const data = (d: number): [Matrix, Matrix] => [normals(d, 6, d), normals(d + 50, 6, 2)];
const of = (views: ViewProcess, backend: 'native' | 'js' = 'js') => expectationOf(views, ...data(3), backend);
const mapTo = (output: number, input: number) => affineViews([{ matrix: normals(9, output, input) }]);

describe('chooseViews', () => {
  it('has the moments of all processes together, by their weights', async () => {
    const a = { matrix: normals(1, 3, 3), offset: Float64Array.of(1, 2, 3) };
    const views = chooseViews([maskViews({ keep: 0.3 }), affineViews([a])], [1, 3]);
    const outcomes = oneOf([maskOutcomes([0, 1, 2], 0.3, 1), affineOutcomes([a])], [1, 3]);
    await expectEnumerated(views, outcomes, ...data(3));
  });

  it('of one process is that process', async () => {
    await fc.assert(
      fc.asyncProperty(
        viewTrees(3, 2, 1),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        async ({ views }, weight) => {
          expectAlike(await of(chooseViews([views], [weight])), await of(views));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of one process twice is that process', async () => {
    await fc.assert(
      fc.asyncProperty(viewTrees(3, 2, 1), async ({ views }) => {
        expectAlike(await of(chooseViews([views, views], [0.3, 0.7])), await of(views));
      }),
      { numRuns: 30 },
    );
  });

  it('does not count what has no weight, and takes weights up to a factor', async () => {
    const [a, b, c] = [maskViews({ keep: 0.5 }), mapTo(3, 3), gaussianViews({ theta: 2 })] as const;
    const expected = await of(chooseViews([a, c], [1, 2]));
    expectAlike(await of(chooseViews([a, b, c], [1, 0, 2])), expected);
    expectAlike(await of(chooseViews([a, c], [0.25, 0.5])), expected);
    expectAlike(await of(chooseViews([c, a], [2, 1])), expected);
    expectAlike(await of(chooseViews([a, c])), await of(chooseViews([a, c], [5, 5])));
  });

  it('in a choice is a choice of the products of weights', async () => {
    const [a, b, c] = [maskViews({ keep: 0.5 }), mapTo(3, 3), gaussianViews({ theta: 2 })] as const;
    expectAlike(
      await of(chooseViews([chooseViews([a, b], [0.25, 0.75]), c], [0.4, 0.6])),
      await of(chooseViews([a, b, c], [0.1, 0.3, 0.6])),
    );
  });

  it('averages the covariances of noises, and stays additive', async () => {
    const root = normals(2, 3, 3);
    const theta = product(root, root.transpose());
    const views = chooseViews([gaussianViews({ theta }), gaussianViews({ theta: 4 })], [0.25, 0.75]);
    expect(views.exact?.additive).toBe(true);
    const expected = plus(times(theta, 0.25), Matrix.diagonal([3, 3, 3]));
    for (const backend of BACKENDS) expect((await of(views, backend)).covariance).toBeCloseToArray(expected, 1e-14);
  });

  it('has the dimensions that its parts agree on', () => {
    const any = gaussianViews();
    expect(chooseViews([any, any]).dimensions).toBeUndefined();
    expect(chooseViews([mapTo(2, 3), mapTo(2, 3)]).dimensions).toEqual({ input: 3, output: 2 });
    expect(chooseViews([any, mapTo(3, 3), any]).dimensions).toEqual({ input: 3, output: 3 });
  });

  it('is exact if all parts are', () => {
    const image = imageViews({ width: 3, height: 1, channels: 1 }, [{ transform: 'horizontalFlip' }]);
    expect(chooseViews([gaussianViews(), maskViews({ keep: 0.5 })]).exact).toBeDefined();
    expect(chooseViews([gaussianViews(), image]).exact).toBeUndefined();
    expect(chooseViews([composeViews([customViews((batch) => batch)]), gaussianViews()]).exact).toBeUndefined();
  });

  it('draws as a choice of steps', async () => {
    const views = chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 4 })], [1, 3]);
    expect(await views.step(2, js.linalg)).toEqual({
      kind: 'choice',
      numbers: Float64Array.of(0.25, 1),
      steps: [
        { kind: 'mask', numbers: Float64Array.of(0.5, 1, 0, 1) },
        { kind: 'noise', numbers: Float64Array.of(2, 2) },
      ],
    });
  });

  it('names its parts and their probabilities', () => {
    const { name } = chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ alpha: 7 })], [1, 2]);
    for (const part of ['0.333', '0.667', 'masking', 'alpha 7']) expect(name).toContain(part);
  });

  it('does not follow later changes of its lists', async () => {
    const [list, weights] = [
      [maskViews({ keep: 0.5 }), mapTo(3, 3)],
      [1, 1],
    ];
    const views = chooseViews(list, weights);
    const before = [await of(views), await views.step(3, js.linalg)];
    list.reverse();
    weights[0] = 0;
    expect([await of(views), await views.step(3, js.linalg)]).toEqual(before);
  });

  const any = gaussianViews();

  it.each<[string, unknown, unknown, string, string]>([
    ['nothing', undefined, undefined, 'EMPTY', 'processes'],
    ['no processes', [], [], 'EMPTY', 'processes'],
    ['a process alone', any, undefined, 'EMPTY', 'processes'],
    ['what is no process', [any, {}], undefined, 'INVALID_ARGUMENT', 'processes[1]'],
    ['too few weights', [any, any], [1], 'SHAPE_MISMATCH', 'weights'],
    ['too many weights', [any, any], [1, 1, 1], 'SHAPE_MISMATCH', 'weights'],
    ['no weights', [any, any], [], 'SHAPE_MISMATCH', 'weights'],
    ['one weight for all', [any, any], 0.5, 'SHAPE_MISMATCH', 'weights'],
    ['weights by name', [any, any], { a: 1, b: 1 }, 'SHAPE_MISMATCH', 'weights'],
    ['a negative weight', [any, any], [2, -1], 'OUT_OF_RANGE', 'weights'],
    ['a weight that is NaN', [any, any], [1, Number.NaN], 'OUT_OF_RANGE', 'weights'],
    ['an infinite weight', [any, any], [1, Number.POSITIVE_INFINITY], 'OUT_OF_RANGE', 'weights'],
    ['weights of 0', [any, any], [0, 0], 'OUT_OF_RANGE', 'weights'],
    ['a weight that is a word', [any, any], ['1', '1'], 'OUT_OF_RANGE', 'weights'],
    ['samples of two dimensions', [mapTo(2, 3), mapTo(2, 4)], undefined, 'SHAPE_MISMATCH', 'processes[1]'],
    ['views of two dimensions', [mapTo(2, 3), any, mapTo(4, 3)], undefined, 'SHAPE_MISMATCH', 'processes[1]'],
    ['them the other way round', [any, mapTo(2, 3)], undefined, 'SHAPE_MISMATCH', 'processes[0]'],
  ])('refuses %s', async (_, processes, weights, code, argument) => {
    const error = await failure(() => chooseViews(processes as ViewProcess[], weights as number[]));
    expect(error).toMatchObject({ code, argument });
  });
});
