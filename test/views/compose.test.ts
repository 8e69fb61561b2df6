import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { viewMoments } from '../../src/moments/collect.js';
import { affineViews } from '../../src/views/affine.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { expectViews } from '../../src/views/expect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { flips, groupViews } from '../../src/views/group.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, product } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { expectAlike, expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { bits } from '../support/moments.js';
import { normals } from '../support/normals.js';
import { inputMomentsOf, inTurn, maskOutcomes, noiseOutcomes } from '../support/outcomes.js';
import fc from '../support/properties.js';
import { viewTrees } from '../support/view-trees.js';

const data = (d: number): [Matrix, Matrix] => [normals(d, 6, d), normals(d + 50, 6, 2)];
const of = (views: ViewProcess, d = 3, backend: 'native' | 'js' = 'js') => expectationOf(views, ...data(d), backend);
const narrowing = (output: number, input: number) => affineViews([{ matrix: normals(9, output, input) }]);

describe('composeViews', () => {
  it('applies the first first', async () => {
    const root = normals(1, 3, 2);
    const noise = gaussianViews({ theta: product(root, root.transpose()) });
    const [masks, noises] = [maskOutcomes([0, 1, 2], 0.4, 1), noiseOutcomes(root)];
    const mask = maskViews({ keep: 0.4 });
    await expectEnumerated(composeViews([mask, noise]), inTurn(masks, noises), ...data(3));
    await expectEnumerated(composeViews([noise, mask]), inTurn(noises, masks), ...data(3));
    const noisy = await of(composeViews([mask, noise]));
    expect((await of(composeViews([noise, mask]))).covariance).not.toEqual(noisy.covariance);
  });

  it('of one process is that process', async () => {
    await fc.assert(
      fc.asyncProperty(viewTrees(3, 2, 1), async ({ views }) => {
        expect(await of(composeViews([views]))).toEqual(await of(views));
      }),
      { numRuns: 30 },
    );
  });

  it('is associative', async () => {
    const three = fc.tuple(viewTrees(3, 2, 1), viewTrees(2, 2, 0), viewTrees(2, 3, 0));
    await fc.assert(
      fc.asyncProperty(three, async ([a, b, c]) => {
        const flat = await of(composeViews([a.views, b.views, c.views]));
        expectAlike(await of(composeViews([composeViews([a.views, b.views]), c.views])), flat);
        expectAlike(await of(composeViews([a.views, composeViews([b.views, c.views])])), flat);
      }),
      { numRuns: 30 },
    );
  });

  it('adds the covariances of noises, and stays additive', async () => {
    const root = normals(2, 3, 3);
    const theta = product(root, root.transpose());
    const [a, b] = [gaussianViews({ theta }), gaussianViews({ gamma: Float64Array.of(0, 1, 4), alpha: 2 })];
    const both = composeViews([a, b]);
    expect(both.exact?.additive).toBe(true);
    const expected = plus(theta, Matrix.diagonal([0, 4, 16]));
    for (const backend of BACKENDS) expect((await of(both, 3, backend)).covariance).toBeCloseToArray(expected, 1e-14);
    expectAlike(await of(composeViews([b, a])), await of(both));
  });

  it('multiplies the probabilities of masks', async () => {
    const twice = await of(composeViews([maskViews({ keep: 0.5 }), maskViews({ keep: 0.25, rescale: true })]));
    const once = await of(
      composeViews([maskViews({ keep: 0.125 }), affineViews([{ matrix: Matrix.diagonal([4, 4, 4]) }])]),
    );
    expectAlike(twice, once);
  });

  it('undoes flips by flips: twice a group is the group', async () => {
    const group = groupViews(flips({ width: 2, height: 2 }, { horizontal: true, vertical: true }));
    expectAlike(await of(composeViews([group, group]), 4), await of(group, 4));
  });

  it('has the moments of the second over the views of the first, where the first is not random', async () => {
    const fixed = { matrix: normals(3, 2, 3), offset: Float64Array.of(1, -2) };
    const [x, y] = data(3);
    const ones = new Matrix(6, 1, new Float64Array(6).fill(1));
    const moved = plus(product(x, fixed.matrix.transpose()), product(ones, new Matrix(1, 2, fixed.offset)));
    await fc.assert(
      fc.asyncProperty(viewTrees(2, 2, 1), async ({ views }) => {
        const { inputCross, ...composed } = await of(composeViews([affineViews([fixed]), views]));
        const alone = await expectationOf(views, moved, y);
        // C is against the samples, which differ.
        expectAlike({ ...composed, inputCross: alone.inputCross }, alone);
      }),
      { numRuns: 30 },
    );
  });

  it('has the first moments of the second over exact moments of the first', async () => {
    // One after the other: the views of the first have the second moment S and the mean of views, so that the second's S and
    // mean follow from these; its own G, C, B are about other samples.
    const pairs = fc.tuple(viewTrees(3, 2, 1), viewTrees(2, 3, 1));
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, second]) => {
        const { second: s, mean } = await of(first.views);
        const next = await expectViews(second.views, { count: 6, second: s, mean }, js.linalg);
        const whole = await of(composeViews([first.views, second.views]));
        const size = Math.max(1, ...whole.second.data.map(Math.abs));
        expect(next.second).toBeCloseToArray(whole.second, 1e-13 * size);
        expect(next.mean).toBeCloseToArray(whole.mean, 1e-13 * size);
      }),
      { numRuns: 50 },
    );
  });

  it('works out its dimensions from those of its parts', () => {
    const any = gaussianViews();
    expect(composeViews([any]).dimensions).toBeUndefined();
    expect(composeViews([any, any]).dimensions).toBeUndefined();
    expect(composeViews([any, narrowing(2, 3)]).dimensions).toEqual({ input: 3, output: 2 });
    expect(composeViews([narrowing(2, 3), any]).dimensions).toEqual({ input: 3, output: 2 });
    expect(composeViews([any, narrowing(2, 3), any, narrowing(4, 2)]).dimensions).toEqual({ input: 3, output: 4 });
  });

  it('is exact if all parts are', () => {
    const image = imageViews({ width: 2, height: 2, channels: 1 }, [{ transform: 'horizontalFlip' }]);
    expect(composeViews([gaussianViews(), maskViews({ keep: 0.5 })]).exact).toBeDefined();
    expect(composeViews([gaussianViews(), image]).exact).toBeUndefined();
    expect(composeViews([customViews((batch) => batch), gaussianViews()]).exact).toBeUndefined();
  });

  it('draws as a sequence of steps, each for the width before it', async () => {
    const views = composeViews([maskViews({ keep: 0.5 }), narrowing(2, 3), maskViews({ keep: 0.25 })]);
    const { kind, numbers, steps } = (await views.step(3, js.linalg)) as {
      kind: string;
      numbers: Float64Array;
      steps: { kind: string; numbers: Float64Array }[];
    };
    expect([kind, numbers]).toEqual(['sequence', new Float64Array(0)]);
    expect(steps.map((step) => step.kind)).toEqual(['mask', 'affine', 'mask']);
    expect(steps[0]?.numbers).toEqual(Float64Array.of(0.5, 1, 0, 1, 2));
    expect(steps[2]?.numbers).toEqual(Float64Array.of(0.25, 1, 0, 1));
  });

  it('names its parts in order', () => {
    const { name } = composeViews([maskViews({ keep: 0.5 }), gaussianViews({ alpha: 7 })]);
    expect(name.indexOf('0.5')).toBeGreaterThan(-1);
    expect(name.indexOf('alpha 7')).toBeGreaterThan(name.indexOf('0.5'));
  });

  it('does not follow later changes of the list', async () => {
    const list = [maskViews({ keep: 0.5 })];
    const views = composeViews(list);
    const before = [await of(views), await views.step(3, js.linalg)];
    list.push(maskViews({ keep: 0.25 }));
    expect([await of(views), await views.step(3, js.linalg)]).toEqual(before);
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'EMPTY', 'processes'],
    ['null', null, 'EMPTY', 'processes'],
    ['an empty pipeline', [], 'EMPTY', 'processes'],
    ['a process alone', gaussianViews(), 'EMPTY', 'processes'],
    ['a function', [gaussianViews(), (batch: Matrix) => batch], 'INVALID_ARGUMENT', 'processes[1]'],
    ['a name', ['simclr'], 'INVALID_ARGUMENT', 'processes[0]'],
    ['null in the list', [gaussianViews(), null], 'INVALID_ARGUMENT', 'processes[1]'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a hole in the list', [gaussianViews(), , gaussianViews()], 'INVALID_ARGUMENT', 'processes[1]'],
    ['dimensions that do not fit', [narrowing(2, 3), narrowing(2, 3)], 'SHAPE_MISMATCH', 'processes[1]'],
    ['them further on', [narrowing(2, 3), gaussianViews(), narrowing(2, 4)], 'SHAPE_MISMATCH', 'processes[2]'],
    ['them in a part', [narrowing(2, 3), composeViews([narrowing(2, 3)])], 'SHAPE_MISMATCH', 'processes[1]'],
  ])('refuses %s', async (_, processes, code, argument) => {
    expect(await failure(() => composeViews(processes as ViewProcess[]))).toMatchObject({ code, argument });
  });

  it('refuses noise of another dimension than what it is added to', async () => {
    const views = composeViews([narrowing(2, 3), gaussianViews({ theta: new Float64Array(3) })]);
    const [x] = data(3);
    const message = { code: 'SHAPE_MISMATCH', argument: 'theta' };
    expect(await failure(() => expectViews(views, inputMomentsOf(...data(3)), js.linalg))).toMatchObject(message);
    for (const backend of BACKENDS) {
      expect(await failure(() => viewMoments(x, views, { backend }))).toMatchObject(message);
      expect(await failure(() => viewMoments(x, views, { backend, samples: 2 }))).toMatchObject(message);
    }
  });
});

describe.each(BACKENDS)('viewMoments of compositions on %s', (backend) => {
  const [x, target] = data(4);
  const views = composeViews([maskViews({ keep: 0.5 }), narrowing(3, 4), gaussianViews({ theta: 1 })]);

  it('are exact, of the last width, and refuse data that the first does not take', async () => {
    const moments = await viewMoments(x, views, { backend, target });
    expect(moments).toMatchObject({ dim: 3, expectation: 'exact', samples: undefined });
    expect([moments.inputCross.rows, moments.inputCross.cols]).toEqual([4, 3]);
    expect([moments.targetCross?.rows, moments.targetCross?.cols]).toEqual([2, 3]);
    const [other] = data(5);
    const error = await failure(() => viewMoments(other, views, { backend }));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '5' });
  });

  it('do not depend on seeds', async () => {
    const first = bits(await viewMoments(x, views, { backend, target, seed: 1, firstSample: 5 }));
    expect(bits(await viewMoments(x, views, { backend, target }))).toEqual(first);
  });
});
