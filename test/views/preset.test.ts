import { describe, expect, it } from 'vitest';
import { js } from '../../src/backends/js/index.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { sampleViews } from '../../src/moments/sample-views.js';
import { chooseViews } from '../../src/views/choose.js';
import { type PresetName, presets } from '../../src/views/image/presets.js';
import type { ImageShape } from '../../src/views/image/transform.js';
import { imageViews } from '../../src/views/image.js';
import { METHODS, type MethodName, presetViews } from '../../src/views/preset.js';
import { failure } from '../support/failure.js';

const shape: ImageShape = { width: 4, height: 4, channels: 3 };
const names = Object.keys(presets) as PresetName[];
const pairs = [
  ['byol', 'byolFirst', 'byolSecond'],
  ['barlowTwins', 'barlowTwinsFirst', 'barlowTwinsSecond'],
  ['dino', 'dinoGlobalFirst', 'dinoGlobalSecond'],
] as const;

describe('presetViews', () => {
  it.each(names)('%s is the list of that name', async (name) => {
    for (const of of [shape, { ...shape, channels: 1, white: 1 }]) {
      const expected = imageViews(of, presets[name](of));
      const views = presetViews(name, of);
      expect(await views.step(0, js.linalg)).toEqual(await expected.step(0, js.linalg));
      expect(views).toMatchObject({ name: expected.name, dimensions: expected.dimensions });
    }
  });

  it.each(pairs)('%s is %s or %s, equally often', async (name, first, second) => {
    const expected = chooseViews([presetViews(first, shape), presetViews(second, shape)], [1, 1]);
    expect(await presetViews(name, shape).step(0, js.linalg)).toEqual(await expected.step(0, js.linalg));
    expect(presetViews(name, shape).dimensions).toEqual({ input: 48, output: 48 });
  });

  it('knows the names it lists, and no others', () => {
    expect([...METHODS].sort()).toEqual([...names, ...pairs.map(([name]) => name)].sort());
    for (const name of METHODS) expect(() => presetViews(name, shape)).not.toThrow();
  });

  it('draws images', async () => {
    const x = new Matrix(
      2,
      48,
      Float64Array.from({ length: 96 }, (_, i) => (i * 53) % 256),
    );
    for (const name of METHODS) {
      const views = await sampleViews(x, presetViews(name, shape), { samples: 3, seed: 1 });
      expect(views).toMatchObject({ rows: 6, cols: 48 });
      expect(
        views.data.every((value) => value >= 0 && value <= 255),
        name,
      ).toBe(true);
    }
  });

  it.each<[string, unknown, unknown, string, string]>([
    ['a name there is not', 'simclrV2', shape, 'INVALID_ARGUMENT', 'name'],
    ['a name all objects have', 'toString', shape, 'INVALID_ARGUMENT', 'name'],
    ['no name', undefined, shape, 'INVALID_ARGUMENT', 'name'],
    ['a list of transforms', [{ transform: 'horizontalFlip' }], shape, 'INVALID_ARGUMENT', 'name'],
    ['no shape', 'simclr', undefined, 'INVALID_ARGUMENT', 'shape'],
    ['a shape that is null', 'byol', null, 'INVALID_ARGUMENT', 'shape'],
    ['a side for a shape', 'vicreg', 32, 'INVALID_ARGUMENT', 'shape'],
    ['two channels', 'dino', { ...shape, channels: 2 }, 'OUT_OF_RANGE', 'shape.channels'],
    ['no width', 'simclr', { ...shape, width: undefined }, 'INVALID_ARGUMENT', 'shape.width'],
  ])('refuses %s', async (_, name, of, code, argument) => {
    const error = await failure(() => presetViews(name as MethodName, of as ImageShape));
    expect(error).toMatchObject({ code, argument });
  });

  it('lists the names when it knows none such', async () => {
    const error = await failure(() => presetViews('swav' as MethodName, shape));
    for (const name of METHODS) expect(error.expected).toContain(name);
  });
});
