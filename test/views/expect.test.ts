import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { customViews } from '../../src/views/custom.js';
import { additive, expectViews, type InputMoments } from '../../src/views/expect.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { flips, groupViews } from '../../src/views/group.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { inputMomentsOf } from '../support/outcomes.js';
import fc from '../support/properties.js';
import { viewTrees } from '../support/view-trees.js';

const x = normals(1, 8, 4);
const input = inputMomentsOf(x, normals(2, 8, 3));
const of = (views: ViewProcess, moments: InputMoments = input) => expectViews(views, moments, js.linalg);

const grid = { width: 2, height: 2 };
const exact: [string, ViewProcess][] = [
  ['noise', gaussianViews({ theta: 1 })],
  ['masks', maskViews({ keep: 0.5 })],
  ['patches', maskViews({ keep: 0.5, patch: { ...grid, size: 1 } })],
  ['a group', groupViews(flips(grid))],
  ['affine maps', affineViews([{ matrix: normals(3, 3, 4), offset: Float64Array.of(1, 2, 3) }])],
  ['a composition', composeViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 1 })])],
  ['a choice', chooseViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 1 })])],
];
const drawn: [string, ViewProcess][] = [
  ['image transforms', imageViews({ ...grid, channels: 1 }, [{ transform: 'horizontalFlip' }])],
  ['a function', customViews((batch) => batch)],
];

describe('expectViews', () => {
  it.each(exact)('speaks of targets where there are some: %s', async (_, views) => {
    expect((await of(views)).targetCross?.rows).toBe(3);
    const { targetInput, targetMean, ...alone } = input;
    expect(await of(views, alone)).not.toHaveProperty('targetCross');
  });

  it('gives without targets what it gives with them, and leaves what it is given alone', async () => {
    const { targetInput, targetMean, ...alone } = input;
    const before = structuredClone([input.second.data, input.mean, targetInput.data, targetMean]);
    await fc.assert(
      fc.asyncProperty(viewTrees(4, 2, 1), async ({ views }) => {
        const { targetCross, ...rest } = await of(views);
        expect(await of(views, alone)).toEqual(rest);
      }),
      { numRuns: 20 },
    );
    expect([input.second.data, input.mean, targetInput.data, targetMean]).toEqual(before);
  });

  it.each(drawn)('refuses %s with advice, alone and among others', async (_, views) => {
    const noise = gaussianViews({ theta: 1 });
    for (const process of [
      views,
      composeViews([noise, views]),
      composeViews([views, noise]),
      chooseViews([noise, composeViews([chooseViews([views, noise]), noise])]),
    ]) {
      const error = await failure(() => of(process));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'samples' });
      expect(error.message).toContain(process.name);
      expect(error.fix).toMatch(/samples: \d/);
    }
  });

  it('refuses samples of another dimension before anything else', async () => {
    const other = imageViews({ width: 5, height: 1, channels: 1 }, [{ transform: 'horizontalFlip' }]);
    const error = await failure(() => of(other));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '4' });
  });

  it.each<[string, ViewProcess]>([
    ['in G', affineViews([{ matrix: scaling(1e160) }])],
    ['in Σ, its mean map being 0', affineViews([{ matrix: scaling(1e160) }, { matrix: scaling(-1e160) }])],
    [
      'on the way',
      composeViews([affineViews([{ matrix: scaling(1e200) }]), affineViews([{ matrix: scaling(1e-200) }])]),
    ],
  ])('says when moments overflow: %s', async (_, views) => {
    const error = await failure(() => of(views));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'views' });
    expect(error.message).toContain(views.name);
  });
});

it('additive noise leaves G, C, B and the mean as they are', () => {
  const covariance = Matrix.diagonal([1, 2, 3, 4]);
  expect(additive('noise', input, covariance)).toEqual({
    second: plus(input.second, covariance),
    meanSecond: input.second,
    covariance,
    inputCross: input.second,
    mean: input.mean,
    targetCross: input.targetInput,
  });
});

it('says when S overflows, though G and Σ do not', async () => {
  const large = inputMomentsOf(Matrix.diagonal([1e154, 1]), Matrix.identity(2));
  const [noise, stretch] = [gaussianViews({ theta: 1.7e308 }), affineViews([{ matrix: Matrix.identity(2) }])];
  for (const process of [noise, composeViews([stretch, noise])]) {
    expect(await failure(() => of(process, large))).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'views' });
  }
});

/** With an overflow in one coordinate only. */
function scaling(factor: number): Matrix {
  return Matrix.diagonal([factor, 1, 1, 1]);
}
