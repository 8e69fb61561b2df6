import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { alignedWith } from '../../src/views/aligned.js';
import { composeViews } from '../../src/views/compose.js';
import type { Augmentation } from '../../src/views/image/augmentations.js';
import { CORRUPTIONS } from '../../src/views/image/corruptions.js';
import { imageViews } from '../../src/views/image.js';
import { METHODS, presetViews } from '../../src/views/preset.js';
import { AUGMENTATIONS, readViews } from '../../src/views/read-views.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const shape = { width: 8, height: 8, channels: 3, white: 1 };
const x = new Matrix(
  2,
  192,
  Float64Array.from(normals(1, 2, 192).data, (value) => Math.min(1, Math.abs(value) / 2)),
);

const drawn = async (views: ViewProcess) => (await sampleViews(x, views, { samples: 4, seed: 2 })).toArray();
const read = async (augment: string) => drawn(await readViews(augment, shape));

const list = folder.write(
  'mine.yaml',
  '- transform: horizontalFlip\n- {transform: gaussianNoise, std: 0.1, probability: 0.5}\n',
);
const mine = () =>
  imageViews(shape, [{ transform: 'horizontalFlip' }, { transform: 'gaussianNoise', std: 0.1, probability: 0.5 }]);
const fog = { transform: 'fog', ...shape } as const;

describe('readViews', () => {
  it.each(METHODS)('knows the preset %s', async (name) => {
    expect(await read(name)).toEqual(await drawn(presetViews(name, shape)));
  });

  it.each(CORRUPTIONS)('knows the corruption %s', async (transform) => {
    expect(await read(`${transform}:2`)).toEqual(await drawn(imageViews(shape, [{ transform, severity: 2 }])));
  });

  it.each(AUGMENTATIONS)('knows the augmentation %s, which does something', async (name) => {
    expect(await read(name)).toEqual(await drawn(imageViews(shape, [{ transform: name } as Augmentation])));
    expect(await read(name)).not.toEqual(x.toArray().flatMap((row) => Array(4).fill(row)));
  });

  it('reads a list of transforms from YAML or JSON', async () => {
    expect(await read(list)).toEqual(await drawn(mine()));
    const json = '[{"transform": "horizontalFlip"}, {"transform": "gaussianNoise", "std": 0.1, "probability": 0.5}]';
    expect(await read(folder.write('mine.json', json))).toEqual(await drawn(mine()));
  });

  it('appends corruptions, and composes what else follows, in order', async () => {
    const simclr = presetViews('simclr', shape);
    expect(await read('simclr+fog:3')).toEqual(await drawn(alignedWith(simclr, fog, 3)));
    expect(await read(' simclr + fog:3 ')).toEqual(await read('simclr+fog:3'));
    const both = composeViews([alignedWith(simclr, fog, 1), mine()]);
    expect(await read(`simclr+fog:1+${list}`)).toEqual(await drawn(both));
    const fogFirst = composeViews([imageViews(shape, [{ transform: 'fog', severity: 3 }]), simclr]);
    expect(await read('fog:3+simclr')).toEqual(await drawn(fogFirst));
  });

  it('reads a file whose path has a plus', async () => {
    mkdirSync(folder.at('c++'));
    const path = folder.write(join('c++', 'a+b.yaml'), '- transform: grayscale\n');
    expect(await read(path)).toEqual(await drawn(imageViews(shape, [{ transform: 'grayscale' }])));
  });

  it.each([
    ['INVALID_ARGUMENT', 'augment', 'simclrr'],
    ['INVALID_ARGUMENT', 'augment', 'colorJitter'],
    ['INVALID_ARGUMENT', 'augment', 'colorJitter:2'],
    ['INVALID_ARGUMENT', 'augment', 'toString'],
    ['INVALID_ARGUMENT', 'augment', ''],
    ['INVALID_ARGUMENT', 'augment', 'simclr+'],
    ['INVALID_ARGUMENT', 'augment', 'simclr:3'],
    ['INVALID_ARGUMENT', 'augment', 'fog'],
    ['INVALID_ARGUMENT', 'augment', 'fog:'],
    ['INVALID_ARGUMENT', 'augment', 'fog:-1'],
    ['INVALID_ARGUMENT', 'augment', 'fog:3:4'],
    ['INVALID_ARGUMENT', 'augment', 'fog:1.5'],
    ['OUT_OF_RANGE', 'augment (fog).severity', 'fog:0'],
    ['OUT_OF_RANGE', 'augment (fog).severity', 'simclr+fog:6'],
    ['FILE_NOT_FOUND', undefined, 'none.yaml'],
  ])('refuses with %s of %s: %j', async (code, argument, augment) => {
    const error = await failure(() => readViews(augment, shape));
    expect([error.code, error.argument]).toEqual([code, argument]);
  });

  it.each([
    ['colorJitter', 'colorJitter does nothing without parameters'],
    ['colorJitter', '{transform: colorJitter, brightness: 0.4}'],
    ['simclr:3', 'A preset has no severity'],
    ['byol:', 'A preset has no severity'],
    ['fog:1+solarize:2', 'An augmentation has no severity'],
  ])('says of %j: %s', async (augment, text) => {
    expect((await failure(() => readViews(augment, shape))).message).toContain(text);
  });

  it('takes a path with a plus apart where it is joined to others', async () => {
    const path = folder.write('one+two.yaml', '- transform: grayscale\n');
    expect(await failure(() => readViews(`${path}+fog:2`, shape))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('checks the shape before the views', async () => {
    const wrong = { ...shape, widht: 8 };
    for (const augment of ['simclr', 'fog:3', 'solarize'])
      expect(await failure(() => readViews(augment, wrong))).toMatchObject({
        argument: 'widht',
        code: 'UNKNOWN_OPTION',
      });
    expect((await failure(() => readViews('fog:3', wrong))).message).toContain('shape has no option');
  });

  it('lists what there is', async () => {
    const { message } = await failure(() => readViews('simclrr', shape));
    for (const name of ['simclr', 'byol', 'solarize', 'fog', '.yaml']) expect(message).toContain(name);
    expect(await failure(() => readViews(3 as unknown as string, shape))).toMatchObject({ argument: 'augment' });
  });

  it.each([
    ['FILE_FORMAT', 'augment', '- transform: [\n'],
    ['INVALID_ARGUMENT', 'augment', ''],
    ['INVALID_ARGUMENT', 'augment', '[]'],
    ['INVALID_ARGUMENT', 'augment', 'transform: horizontalFlip'],
    ['INVALID_ARGUMENT', 'transforms[0].transform', '- flip'],
    ['INVALID_ARGUMENT', 'transforms[1].transform', '- transform: horizontalFlip\n- transform: flip'],
    ['UNKNOWN_OPTION', 'probabilty', '- {transform: horizontalFlip, probabilty: 0.5}'],
    ['OUT_OF_RANGE', 'transforms[0] (fog).severity', '- {transform: fog, severity: 6}'],
  ])('names the file: %s of %s in %j', async (code, argument, text) => {
    const file = folder.write('wrong.yaml', text);
    const error = await failure(() => readViews(`simclr+${file}`, shape));
    expect(error).toMatchObject({ code, argument, file });
    expect(error.message.split(file)).toHaveLength(2);
  });

  it('says which transform needs colours', async () => {
    const grey = { width: 8, height: 8, channels: 1 };
    expect(await failure(() => readViews('simclr+saturate:1', grey))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await failure(() => readViews('grayscale', grey))).message).toContain('grayscale');
  });
});
