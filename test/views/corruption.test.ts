import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { corrupt } from '../../src/moments/corrupt.js';
import { type CorruptionSource, corruptionViews } from '../../src/views/corruption.js';
import { CORRUPTIONS } from '../../src/views/image/corruptions.js';
import { imageViews } from '../../src/views/image.js';
import { failure } from '../support/failure.js';

const shape = { width: 4, height: 3, channels: 3 };

describe('corruptionViews', () => {
  it.each(CORRUPTIONS)('%s is the transform at that severity', async (transform) => {
    for (const severity of [1, 3, 5] as const) {
      const expected = imageViews(shape, [{ transform, severity }]);
      const views = corruptionViews({ transform, ...shape }, 'severity', severity);
      expect(await views.step(36, js.linalg)).toEqual(await expected.step(36, js.linalg));
      expect(views).toMatchObject({ name: expected.name, dimensions: { input: 36, output: 36 } });
    }
  });

  it('takes the white and the table it is told', async () => {
    const views = corruptionViews({ transform: 'contrast', ...shape, white: 1, table: 224 }, 'severity', 2);
    const expected = imageViews({ ...shape, white: 1 }, [{ transform: 'contrast', severity: 2, table: 224 }]);
    expect(await views.step(36, js.linalg)).toEqual(await expected.step(36, js.linalg));
    const other = corruptionViews({ transform: 'contrast', ...shape, white: 1 }, 'severity', 2);
    expect(await other.step(36, js.linalg)).not.toEqual(await expected.step(36, js.linalg));
  });

  it.each<[string, object, unknown, string, string]>([
    ['an unknown corruption', { transform: 'rain' }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['an augmentation', { transform: 'gaussianBlur' }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['no transform', { transform: undefined }, 3, 'INVALID_ARGUMENT', 'corruption.transform'],
    ['severity 0', {}, 0, 'OUT_OF_RANGE', 'strength'],
    ['severity 6', {}, 6, 'OUT_OF_RANGE', 'strength'],
    ['severity 2.5', {}, 2.5, 'INVALID_ARGUMENT', 'strength'],
    ['no severity', {}, undefined, 'INVALID_ARGUMENT', 'strength'],
    ['two channels', { channels: 2 }, 3, 'OUT_OF_RANGE', 'corruption.channels'],
    ['no height', { height: undefined }, 3, 'INVALID_ARGUMENT', 'corruption.height'],
    ['a table there is not', { table: 28 }, 3, 'INVALID_ARGUMENT', 'corruption (fog).table'],
    ['an option of its own', { severity: 3 }, 3, 'UNKNOWN_OPTION', 'severity'],
    ['another option', { std: 3 }, 3, 'UNKNOWN_OPTION', 'std'],
  ])('refuses %s', async (_, changed, severity, code, argument) => {
    const corruption = { transform: 'fog', ...shape, ...changed } as CorruptionSource;
    const error = await failure(() => corruptionViews(corruption, 'strength', severity));
    expect(error).toMatchObject({ code, argument });
  });

  it.each(['strength', 'severity'])('says that a severity goes beside it, as %s', async (argument) => {
    const corruption = { transform: 'fog', ...shape, severity: 3 } as CorruptionSource;
    const { message } = await failure(() => corruptionViews(corruption, argument, 3));
    expect(message).toContain("corruption has no option 'severity'");
    expect(message).toContain(`The severity goes beside the corruption, as ${argument}`);
  });

  it('is what corrupt names when rows are no such images, of either kind of corruption', async () => {
    const fog = { transform: 'fog', ...shape } as const;
    const narrow = Matrix.zeros(2, 35);
    const wrong = { code: 'SHAPE_MISMATCH', argument: 'corruption', received: '35' };
    expect(await failure(() => corrupt(narrow, fog, { severity: 3, seed: 1 }))).toMatchObject(wrong);
    const flip = imageViews(shape, [{ transform: 'horizontalFlip' }]);
    expect(await failure(() => corrupt(narrow, flip, { seed: 1 }))).toMatchObject(wrong);
  });
});
