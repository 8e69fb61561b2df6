import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { affineViews } from '../../src/views/affine.js';
import { alignedWith } from '../../src/views/aligned.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import type { CorruptionSource } from '../../src/views/corruption.js';
import { customViews } from '../../src/views/custom.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { plus, times } from '../support/algebra.js';
import { BACKENDS } from '../support/backends.js';
import { expectAlike, expectationOf } from '../support/expectations.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import fc from '../support/properties.js';

const data = (d: number): [Matrix, Matrix] => [normals(d, 6, d), normals(d + 50, 6, 2)];
const of = (views: ViewProcess, backend: 'native' | 'js' = 'js') => expectationOf(views, ...data(4), backend);
const shape = { width: 2, height: 2, channels: 1 };
const fog: CorruptionSource = { transform: 'fog', ...shape };

describe('alignedWith a common corruption', () => {
  const flip = imageViews(shape, [{ transform: 'horizontalFlip', probability: 0.5 }]);

  it('appends it with its severity', async () => {
    for (const severity of [1, 2, 3, 4, 5] as const) {
      const aligned = alignedWith(flip, { ...fog, table: 64, white: 1 }, severity);
      const corruption = imageViews({ ...shape, white: 1 }, [{ transform: 'fog', severity, table: 64 }]);
      const composed = composeViews([flip, corruption]);
      expect(await aligned.step(4, js.linalg)).toEqual(await composed.step(4, js.linalg));
      expect(aligned.dimensions).toEqual({ input: 4, output: 4 });
      expect(aligned.exact).toBeUndefined();
      expect(aligned.name).toBe(composed.name);
    }
  });

  it.each(BACKENDS)('draws what the corruption makes of the views, on %s', async (backend) => {
    const x = new Matrix(
      3,
      4,
      Float64Array.from({ length: 12 }, (_, i) => 20 * i),
    );
    const aligned = await sampleViews(x, alignedWith(flip, fog, 3), { samples: 4, backend });
    const weaker = await sampleViews(x, alignedWith(flip, fog, 1), { samples: 4, backend });
    expect(aligned).toMatchObject({ rows: 12, cols: 4 });
    expect(aligned).not.toEqual(weaker);
  });

  it('of severity 0 is the process itself', () => {
    expect(alignedWith(flip, fog, 0)).toBe(flip);
  });

  it.each<[string, object, unknown, string, string]>([
    ['severity 6', {}, 6, 'OUT_OF_RANGE', 'strength'],
    ['a negative severity', {}, -1, 'OUT_OF_RANGE', 'strength'],
    ['half a severity', {}, 2.5, 'INVALID_ARGUMENT', 'strength'],
    ['no severity', {}, undefined, 'INVALID_ARGUMENT', 'strength'],
    ['a severity that is a word', {}, '3', 'INVALID_ARGUMENT', 'strength'],
    ['what is no corruption', { transform: 'snow' }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['it at severity 0 too', { transform: 'snow' }, 0, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['an augmentation', { transform: 'horizontalFlip' }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['a name all objects have', { transform: 'toString' }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['images of two channels', { channels: 2 }, 3, 'OUT_OF_RANGE', 'corruption.channels'],
    ['grey images for saturate', { transform: 'saturate' }, 3, 'INVALID_ARGUMENT', 'corruption (saturate)'],
    ['images of another size', { width: 3 }, 3, 'SHAPE_MISMATCH', 'corruption'],
    ['them at severity 0 too', { width: 3 }, 0, 'SHAPE_MISMATCH', 'corruption'],
    ['no width', { width: undefined }, 3, 'INVALID_ARGUMENT', 'corruption.width'],
    ['a misspelt extent', { widht: 2 }, 3, 'UNKNOWN_OPTION', 'widht'],
    ['another table', { table: 96 }, 3, 'INVALID_ARGUMENT', 'corruption (fog).table'],
  ])('refuses %s', async (_, changed, strength, code, argument) => {
    const corruption = { ...fog, ...changed } as CorruptionSource;
    const error = await failure(() => alignedWith(flip, corruption, strength as number));
    expect(error).toMatchObject({ code, argument });
  });
});

describe('alignedWith Gaussian noise', () => {
  const gamma = Float64Array.of(0, 1, 2, 3);

  it('adds it α times as strong: Σ grows by α²Γ', async () => {
    const alphas = fc.double({ min: 0, max: 100, noNaN: true });
    await fc.assert(
      fc.asyncProperty(alphas, async (alpha) => {
        const views = alignedWith(gaussianViews({ theta: 0.5 }), gaussianViews({ gamma }), alpha);
        const expected = gaussianViews({ theta: 0.5, gamma, alpha });
        expect(views.exact?.additive).toBe(true);
        expectAlike(await of(views), await of(expected), 1e-15);
      }),
    );
  });

  it('scales noise that has a strength already', async () => {
    const views = alignedWith(gaussianViews(), gaussianViews({ theta: 1, gamma, alpha: 3 }), 2);
    const expected = times(plus(Matrix.identity(4), times(Matrix.diagonal(gamma), 9)), 4);
    expect((await of(views)).covariance).toBeCloseToArray(expected, 1e-14);
  });

  it('is called by its alignment and how often it is as strong', () => {
    const scaled = (strength: number) => gaussianViews({ gamma, alpha: 3 }).scaled(strength);
    expect(scaled(1).name).toBe('Gaussian views, alpha 3');
    expect(scaled(2).name).toBe('Gaussian views, alpha 3, all noise times 2');
    expect(scaled(0.1).scaled(3).name).toBe('Gaussian views, alpha 3, all noise times 0.3');
  });

  it('comes last: noise before masks is masked, this is not', async () => {
    const mask = maskViews({ keep: 0.5 });
    const noise = gaussianViews({ gamma });
    for (const backend of BACKENDS) {
      expectAlike(await of(alignedWith(mask, noise, 1), backend), await of(composeViews([mask, noise]), backend), 0);
    }
  });

  it('of strength 0 has the moments of the process', async () => {
    const mask = maskViews({ keep: 0.5 });
    expectAlike(await of(alignedWith(mask, gaussianViews({ gamma }), 0)), await of(mask));
  });

  it.each<[string, unknown, string]>([
    ['a negative strength', -0.1, 'OUT_OF_RANGE'],
    ['an infinite strength', Number.POSITIVE_INFINITY, 'INVALID_ARGUMENT'],
    ['a strength that is NaN', Number.NaN, 'INVALID_ARGUMENT'],
    ['no strength', undefined, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_, strength, code) => {
    const noise = gaussianViews({ gamma });
    const error = await failure(() => alignedWith(noise, noise, strength as number));
    expect(error).toMatchObject({ code, argument: 'strength' });
  });
});

describe('alignedWith another process', () => {
  const mask = maskViews({ keep: 0.5 });
  const noise = gaussianViews({ theta: 1 });

  it('applies it to a view with a probability', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (strength) => {
        const expected = chooseViews([composeViews([noise, mask]), noise], [strength, 1 - strength]);
        expectAlike(await of(alignedWith(noise, mask, strength)), await of(expected), 0);
      }),
      { numRuns: 30 },
    );
  });

  it('applies it always at 1 and never at 0', async () => {
    expectAlike(await of(alignedWith(noise, mask, 1)), await of(composeViews([noise, mask])));
    expectAlike(await of(alignedWith(noise, mask, 0)), await of(noise));
    const x = normals(1, 20, 4);
    const never = await sampleViews(x, alignedWith(gaussianViews(), mask, 0), { backend: 'js' });
    expect(never).toEqual(x);
  });

  it('is drawn if one of both has to be', async () => {
    const doubled = customViews(
      (batch) =>
        new Matrix(
          batch.rows,
          batch.cols,
          batch.data.map((value) => 2 * value),
        ),
    );
    const views = alignedWith(gaussianViews(), doubled, 1);
    expect(views.exact).toBeUndefined();
    const x = normals(1, 5, 4);
    expect(await sampleViews(x, views)).toEqual(times(x, 2));
  });

  const narrow = affineViews([{ matrix: Matrix.zeros(2, 4) }]);

  it.each<[string, unknown, unknown, unknown, string, string]>([
    ['a probability above 1', noise, mask, 1.1, 'OUT_OF_RANGE', 'strength'],
    ['a negative probability', noise, mask, -0.1, 'OUT_OF_RANGE', 'strength'],
    ['no probability', noise, mask, undefined, 'INVALID_ARGUMENT', 'strength'],
    ['no corruption', noise, undefined, 1, 'INVALID_ARGUMENT', 'corruption'],
    ['null', noise, null, 1, 'INVALID_ARGUMENT', 'corruption'],
    ['a name', noise, 'fog', 1, 'INVALID_ARGUMENT', 'corruption'],
    ['what is neither', noise, { severity: 3 }, 1, 'INVALID_ARGUMENT', 'corruption'],
    ['no process', undefined, mask, 1, 'INVALID_ARGUMENT', 'process'],
    ['a name for the process', 'simclr', mask, 1, 'INVALID_ARGUMENT', 'process'],
    ['samples of another dimension', narrow, narrow, 1, 'SHAPE_MISMATCH', 'corruption'],
    ['views of another dimension', noise, narrow, 0.5, 'SHAPE_MISMATCH', 'corruption'],
  ])('refuses %s', async (_, process, corruption, strength, code, argument) => {
    const error = await failure(() =>
      alignedWith(process as ViewProcess, corruption as ViewProcess, strength as number),
    );
    expect(error).toMatchObject({ code, argument });
  });
});
