import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { type MaskOptions, maskViews, type PatchGrid } from '../../src/views/mask.js';
import { BACKENDS } from '../support/backends.js';
import { expectationOf, expectEnumerated } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { maskOutcomes } from '../support/outcomes.js';
import fc from '../support/properties.js';

const probability = fc.double({ min: 1e-3, max: 1, noNaN: true });

/** 6 samples with a mean, 2 targets. */
function data(seed: number, d: number): [Matrix, Matrix] {
  const x = normals(seed, 6, d);
  for (let i = 0; i < x.data.length; i++) (x.data[i] as number) += 0.5;
  return [x, normals(seed + 1, 6, 2)];
}

describe('maskViews', () => {
  it('has the moments that all masks give', async () => {
    const cases = fc.record({ d: fc.integer({ min: 1, max: 4 }), keep: probability, rescale: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(cases, async ({ d, keep, rescale }) => {
        const groups = Array.from({ length: d }, (_, j) => j);
        const outcomes = maskOutcomes(groups, keep, rescale ? 1 / keep : 1);
        await expectEnumerated(maskViews({ keep, rescale }), outcomes, ...data(d, d));
      }),
    );
  });

  it.each<[string, PatchGrid, number[]]>([
    ['whole', { width: 4, height: 2, size: 2 }, [0, 0, 1, 1, 0, 0, 1, 1]],
    ['cut at the right and at the lower edge', { width: 3, height: 3, size: 2 }, [0, 0, 1, 0, 0, 1, 2, 2, 3]],
    ['of single pixels', { width: 2, height: 2, size: 1 }, [0, 1, 2, 3]],
    ['as high as the image', { width: 3, height: 2, size: 2 }, [0, 0, 1, 0, 0, 1]],
    ['as large as the longer side', { width: 1, height: 3, size: 3 }, [0, 0, 0]],
    ['of all channels together', { width: 2, height: 1, channels: 3, size: 1 }, [0, 1, 0, 1, 0, 1]],
  ])('masks patches %s', async (_, patch, groups) => {
    for (const [keep, rescale] of [
      [0.3, false],
      [0.8, true],
    ] as const) {
      const views = maskViews({ keep, rescale, patch });
      expect(views.dimensions).toEqual({ input: groups.length, output: groups.length });
      await expectEnumerated(views, maskOutcomes(groups, keep, rescale ? 1 / keep : 1), ...data(5, groups.length));
    }
  });

  it('is the identity where everything is kept', async () => {
    const [x, y] = data(7, 4);
    for (const rescale of [false, true]) {
      const { second, meanSecond, covariance, inputCross, targetCross, mean } = await expectationOf(
        maskViews({ keep: 1, rescale }),
        x,
        y,
      );
      expect(covariance.data.every((value) => value === 0)).toBe(true);
      expect(second).toEqual(meanSecond);
      expect(inputCross).toEqual(meanSecond);
      const expected = await expectationOf(maskViews({ keep: 0.5, rescale: true }), x, y);
      expect(inputCross).toEqual(expected.inputCross);
      expect(targetCross).toEqual(expected.targetCross);
      expect(mean).toEqual(expected.mean);
    }
  });

  it('has with rescaling the mean of the data, whatever is kept', async () => {
    const [x, y] = data(8, 3);
    const { mean, inputCross, targetCross } = await expectationOf(maskViews({ keep: 1 }), x, y);
    await fc.assert(
      fc.asyncProperty(probability, async (keep) => {
        const rescaled = await expectationOf(maskViews({ keep, rescale: true }), x, y);
        // (1/p)·p is 1 to rounding.
        expect(rescaled.mean).toBeCloseToArray(mean, 1e-15);
        expect(rescaled.inputCross).toBeCloseToArray(inputCross, 1e-15);
        expect(rescaled.targetCross).toBeCloseToArray(targetCross as Matrix, 1e-15);
      }),
    );
  });

  it('takes samples of any dimension without patches, and is drawn as its numbers say', async () => {
    const views = maskViews({ keep: 0.25, rescale: true });
    expect(views.dimensions).toBeUndefined();
    expect(await views.step(3, js.linalg)).toEqual({ kind: 'mask', numbers: Float64Array.of(0.25, 4, 0, 1, 2) });
    const patches = maskViews({ keep: 0.5, patch: { width: 2, height: 2, channels: 2, size: 2 } });
    const numbers = Float64Array.of(0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(await patches.step(8, js.linalg)).toEqual({ kind: 'mask', numbers });
  });

  it.each(BACKENDS)('draws masks of images as large as any, on %s', async (backend) => {
    const patch = { width: 224, height: 224, channels: 3, size: 1 };
    const x = new Matrix(1, 3 * 224 * 224, new Float64Array(3 * 224 * 224).fill(1));
    for (const views of [maskViews({ keep: 0.25 }), maskViews({ keep: 0.25, patch })]) {
      const view = await sampleViews(x, views, { backend });
      const kept = Array.from(view.data).reduce((sum, value) => sum + value, 0) / view.data.length;
      // Of at least 50 176 coins; five standard deviations.
      expect(Math.abs(kept - 0.25)).toBeLessThan(0.01);
    }
  });

  it('names what it keeps', () => {
    expect(maskViews({ keep: 0.25 }).name).toBe('masking, coordinates kept with probability 0.25');
    const patch = { width: 28, height: 28, size: 4 };
    expect(maskViews({ keep: 0.5, rescale: true, patch }).name).toBe(
      'masking, patches of 4×4 kept with probability 0.5, rescaled',
    );
  });

  const grid = { width: 4, height: 4, size: 2 };

  it.each<[string, unknown, string, string]>([
    ['no options', undefined, 'INVALID_ARGUMENT', 'keep'],
    ['null', null, 'INVALID_ARGUMENT', 'options'],
    ['a number', 0.5, 'INVALID_ARGUMENT', 'options'],
    ['a misspelt option', { keep: 0.5, rescaled: true }, 'UNKNOWN_OPTION', 'rescaled'],
    ['no probability', {}, 'INVALID_ARGUMENT', 'keep'],
    ['a probability of 0', { keep: 0 }, 'OUT_OF_RANGE', 'keep'],
    ['a negative probability', { keep: -0.1 }, 'OUT_OF_RANGE', 'keep'],
    ['a probability above 1', { keep: 1.01 }, 'OUT_OF_RANGE', 'keep'],
    ['a probability that is NaN', { keep: Number.NaN }, 'INVALID_ARGUMENT', 'keep'],
    ['a word for a probability', { keep: '0.5' }, 'INVALID_ARGUMENT', 'keep'],
    ['rescaling that is no truth value', { keep: 0.5, rescale: 1 }, 'INVALID_ARGUMENT', 'rescale'],
    ['rescaling that is null', { keep: 0.5, rescale: null }, 'INVALID_ARGUMENT', 'rescale'],
    ['patches that are null', { keep: 0.5, patch: null }, 'INVALID_ARGUMENT', 'patch'],
    ['patches that are a number', { keep: 0.5, patch: 4 }, 'INVALID_ARGUMENT', 'patch'],
    ['a misspelt extent', { keep: 0.5, patch: { ...grid, with: 4 } }, 'UNKNOWN_OPTION', 'with'],
    ['no width', { keep: 0.5, patch: { ...grid, width: undefined } }, 'INVALID_ARGUMENT', 'patch.width'],
    ['a width of 0', { keep: 0.5, patch: { ...grid, width: 0 } }, 'OUT_OF_RANGE', 'patch.width'],
    ['a broken height', { keep: 0.5, patch: { ...grid, height: 2.5 } }, 'INVALID_ARGUMENT', 'patch.height'],
    ['a vast height', { keep: 0.5, patch: { ...grid, height: 2 ** 15 + 1 } }, 'OUT_OF_RANGE', 'patch.height'],
    ['no channels', { keep: 0.5, patch: { ...grid, channels: 0 } }, 'OUT_OF_RANGE', 'patch.channels'],
    ['no size', { keep: 0.5, patch: { width: 4, height: 4 } }, 'INVALID_ARGUMENT', 'patch.size'],
    ['an empty patch', { keep: 0.5, patch: { ...grid, size: 0 } }, 'OUT_OF_RANGE', 'patch.size'],
    ['a patch larger than the image', { keep: 0.5, patch: { ...grid, size: 5 } }, 'OUT_OF_RANGE', 'patch.size'],
    ['more numbers than there can be', { keep: 0.5, patch: { ...grid, channels: 2 ** 40 } }, 'TOO_LARGE', 'patch'],
  ])('refuses %s', async (_, options, code, argument) => {
    expect(await failure(() => maskViews(options as MaskOptions))).toMatchObject({ code, argument });
  });

  it('refuses samples that are not the image', async () => {
    const error = await failure(() => expectationOf(maskViews({ keep: 0.5, patch: grid }), ...data(1, 15)));
    expect(error).toMatchObject({ code: 'SHAPE_MISMATCH', argument: 'views', received: '15' });
    expect(error.expected).toContain('16');
  });
});
