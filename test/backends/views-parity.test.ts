import { describe, expect, test } from 'vitest';
import { selectBackend } from '../../src/backends/select.js';
import type { RowDraws, ViewPlan, ViewStep, ViewSums, ViewsBackend } from '../../src/backends/views.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { flips, groupViews } from '../../src/views/group.js';
import { augmentationDefinitions } from '../../src/views/image/augmentations.js';
import { corruptionDefinitions } from '../../src/views/image/corruptions.js';
import { presets } from '../../src/views/image/presets.js';
import type { ImageShape } from '../../src/views/image/transform.js';
import { type ImageTransform, imageViews } from '../../src/views/image.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { BACKENDS } from '../support/backends.js';
import { failure } from '../support/failure.js';
import { cut } from '../support/moments.js';
import { normals } from '../support/normals.js';

const backend = (name: string) => selectBackend(name).views;
const native = backend('native');
const js = backend('js');

const stepOf = async (views: ViewProcess, dim: number) =>
  (await views.step(dim, selectBackend('js').linalg)) as ViewStep;

/** Random numbers are computed in single precision by the native backend, in units of their standard deviation. */
const NORMALS = 1e-6;
const ROUNDING = 1e-12;

const draws = (seed: number, rows: number): RowDraws => ({
  seed,
  samples: Float64Array.from({ length: rows }, (_, i) => seed + i * (2 ** 31 + 7)),
  views: Uint32Array.from({ length: rows }, (_, i) => (i % 3 === 2 ? 2 ** 31 - 1 - i : i)),
});

/** Both backends draw the same views of x, to `tolerance`. */
async function expectSameDraws(step: ViewStep, x: Matrix, tolerance: number): Promise<void> {
  for (const [seed, first] of [
    [0, 0],
    [2 ** 52 + 11, 250 - (step.steps?.length ?? 0)],
  ] as const) {
    const ofRows = draws(seed, x.rows);
    const [a, b] = [await native.draw({}, step, x, ofRows, first), await js.draw({}, step, x, ofRows, first)];
    expect([a.rows, a.cols]).toEqual([b.rows, b.cols]);
    expect(a).toBeCloseToArray(b, tolerance);
  }
}

const d = 7;
const spread = [0, 1, 0.5, 2, 0, 3, 1];
/** With the deviation of the noise in them. */
const processes: Record<string, [ViewProcess, number]> = {
  noise: [gaussianViews({ theta: Float64Array.from(spread) }), 2],
  'correlated noise': [gaussianViews({ theta: covariance(), gamma: 2, alpha: 0.5 }), 10],
  mask: [maskViews({ keep: 0.3, rescale: true }), 0],
  'mask of patches': [maskViews({ keep: 0.6, patch: { width: 7, height: 1, size: 2 } }), 0],
  group: [groupViews(flips({ width: 7, height: 1 }), { weights: [1, 2] }), 0],
  affine: [
    affineViews([{ matrix: normals(1, 4, d), offset: Float64Array.of(1, 2, 3, 4) }, { matrix: normals(2, 4, d) }]),
    0,
  ],
  composed: [
    composeViews([
      maskViews({ keep: 0.8 }),
      gaussianViews({ theta: 0.25 }),
      affineViews([{ matrix: normals(3, 9, d) }]),
    ]),
    2,
  ],
  chosen: [
    chooseViews([composeViews([maskViews({ keep: 0.5 }), maskViews({ keep: 0.5 })]), gaussianViews()], [3, 1]),
    1,
  ],
};

function covariance(): Matrix {
  const root = normals(4, d, d);
  const data = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) (data[i * d + j] as number) += root.get(i, k) * root.get(j, k);
    }
  }
  return new Matrix(d, d, data);
}

describe('draw: both backends draw the same', () => {
  test.each(Object.entries(processes))('%s', async (_, [views, deviation]) => {
    // One row, and more than a native job takes at once.
    for (const rows of [1, 70]) {
      await expectSameDraws(await stepOf(views, d), normals(5, rows, d), 20 * ROUNDING + NORMALS * deviation);
    }
  });

  test('whatever the step does with numbers that are not finite', async () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, -0, 0, Number.NEGATIVE_INFINITY, 5e-324, 1e308];
    const x = new Matrix(3, d, Float64Array.from([...special, ...special, ...special]));
    for (const name of ['mask', 'mask of patches', 'group'] as const) {
      const step = await stepOf(processes[name]?.[0] as ViewProcess, d);
      const [a, b] = [await native.draw({}, step, x, draws(1, 3), 0), await js.draw({}, step, x, draws(1, 3), 0)];
      expect(a).toEqual(b);
    }
  });
});

const grey = (width: number, height: number, white = 255): ImageShape => ({ width, height, channels: 1, white });
const colour = (width: number, height: number, white = 255): ImageShape => ({ width, height, channels: 3, white });
const shapes = [grey(28, 28), colour(32, 32), colour(9, 5, 1), grey(6, 11, 1), colour(2, 1), grey(1, 1), grey(130, 3)];

/** Images with margins, flats of black and white, and every shade between. */
function images({ width, height, channels, white = 255 }: ImageShape, rows: number): Matrix {
  const x = normals(6, rows, width * height * channels);
  x.data.forEach((value, at) => {
    x.data[at] = white * Math.min(1, Math.max(0, 0.5 + 0.4 * value));
  });
  return x;
}

const severities = [1, 2, 3, 4, 5] as const;
const augmentations: Record<string, ImageTransform[]> = {
  randomResizedCrop: [
    { transform: 'randomResizedCrop' },
    { transform: 'randomResizedCrop', scale: [0.01, 0.02], ratio: [0.1, 10] },
    { transform: 'randomResizedCrop', scale: [1, 1], ratio: [3, 4] },
  ],
  horizontalFlip: [{ transform: 'horizontalFlip' }, { transform: 'horizontalFlip', probability: 0.5 }],
  colorJitter: [
    { transform: 'colorJitter', brightness: 0.8, contrast: 0.7 },
    { transform: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: 0.9, hue: 0.5 },
    { transform: 'colorJitter', hue: 0.1, probability: 0.8 },
  ],
  grayscale: [{ transform: 'grayscale' }],
  gaussianBlur: [
    { transform: 'gaussianBlur' },
    { transform: 'gaussianBlur', sigma: 0 },
    { transform: 'gaussianBlur', sigma: [0.5, 9], size: 23 },
  ],
  solarize: [{ transform: 'solarize' }, { transform: 'solarize', threshold: 0 }],
};
const corruptions: Record<string, ImageTransform[]> = Object.fromEntries(
  Object.keys(corruptionDefinitions).map((transform) => [
    transform,
    severities.map((severity) => ({ transform, severity }) as ImageTransform),
  ]),
);
corruptions.gaussianNoise?.push(
  { transform: 'gaussianNoise', std: 30 },
  { transform: 'gaussianNoise', std: 30, clip: true },
);

/** Those that draw normals, with the largest deviation in shares of white. */
const NOISY: Record<string, number> = { gaussianNoise: 30, speckleNoise: 1 };

describe('draw: both backends transform images alike', () => {
  test('all there are', () => {
    expect(Object.keys(augmentations).sort()).toEqual(Object.keys(augmentationDefinitions).sort());
    expect(Object.keys(corruptions).sort()).toEqual(Object.keys(corruptionDefinitions).sort());
  });

  const all = Object.entries({ ...augmentations, ...corruptions });
  test.each(all)('%s', async (transform, variants) => {
    const definition = augmentationDefinitions[transform] ?? corruptionDefinitions[transform as 'fog'];
    for (const shape of shapes) {
      const { white = 255 } = shape;
      const x = images(shape, shape.width > 20 ? 1 : 3);
      for (const variant of variants) {
        if (shape.channels === 1 && (definition.colour || 'hue' in variant)) continue;
        const step = await stepOf(imageViews(shape, [variant]), x.cols);
        await expectSameDraws(step, x, (ROUNDING + NORMALS * (NOISY[transform] ?? 0)) * white);
      }
    }
  });

  test.each(Object.entries(presets))('the pipeline %s', async (_, preset) => {
    for (const shape of [grey(14, 14, 1), colour(16, 12)]) {
      const step = await stepOf(imageViews(shape, preset(shape)), images(shape, 1).cols);
      // A pixel at the threshold of solarize may fall on either side of it, but that has no room here.
      await expectSameDraws(step, images(shape, 4), 10 * ROUNDING * (shape.white ?? 255));
    }
  });
});

type Rows = [x: Matrix, y: Matrix | undefined];

/** The sums over the pieces, each with its part of the given views. */
async function sums(
  views: ViewsBackend,
  plan: ViewPlan,
  [x, y]: Rows,
  at: number[] = [],
  given?: Matrix,
): Promise<ViewSums> {
  const accumulator = views.sums(x.cols, y?.cols ?? 0, plan);
  try {
    const targets = y && cut(y, at);
    const pieces = given && cut(given, at);
    for (const [i, piece] of cut(x, at).entries()) await accumulator.add({}, piece, targets?.[i], pieces?.[i]);
    return await accumulator.snapshot({});
  } finally {
    await accumulator.close();
  }
}

const plan = (step: ViewStep | undefined, views: number, width: number, shifted: boolean): ViewPlan => ({
  step,
  views,
  width,
  seed: 3,
  firstSample: 2 ** 33 + 5,
  shifted,
  scales: { inputs: 0.5, targets: 2, views: 0.25 },
});

/** Far more than rounding leaves of the deviations of views that are all alike, and far less than any others. */
const ALIKE = 1e-8;

/** The same sums in both, but for single precision: relative to what the squares on the diagonals allow. */
function expectSameSums(a: ViewSums, b: ViewSums): void {
  expect(a.count).toBe(b.count);
  const root = (m: Matrix) => Float64Array.from({ length: m.rows }, (_, i) => Math.sqrt(m.get(i, i)) + ALIKE);
  const [inputs, shifts, deviations] = [root(b.inputs), root(b.shifts), root(b.deviations)];
  const relative = (part: Matrix, rows: Float64Array, cols: Float64Array) =>
    part.data.map((value, at) => {
      const size = (rows[Math.floor(at / part.cols)] as number) * (cols[at % part.cols] as number);
      return value / size;
    });
  const expectClose = (
    name: 'inputs' | 'deviations' | 'shifts' | 'cross',
    rows: Float64Array,
    cols: Float64Array,
    tolerance: number,
  ) => {
    expect([a[name].rows, a[name].cols]).toEqual([b[name].rows, b[name].cols]);
    expect(relative(a[name], rows, cols)).toBeCloseToArray(relative(b[name], rows, cols), tolerance);
  };
  expectClose('inputs', inputs, inputs, ROUNDING);
  // Up to 256 products are summed in floats, with errors of 2⁻²⁴ that add up like √256; and normals are drawn as floats.
  const single = 16 * 2 ** -24 + 2 * NORMALS;
  expectClose('deviations', deviations, deviations, single);
  expectClose('shifts', shifts, shifts, single);
  expectClose('cross', inputs, shifts, single);
}

describe('sums over views: both backends agree', () => {
  const rows: Rows = [normals(7, 120, d), normals(8, 120, 2)];

  test.each(Object.entries(processes))('%s', async (_, [views]) => {
    const step = await stepOf(views, d);
    const width = views.dimensions?.output ?? d;
    for (const m of [2, 5]) {
      for (const shifted of width === d ? [true, false] : [false]) {
        const whole = plan(step, m, width, shifted);
        const [a, b] = [await sums(native, whole, rows, [10, 80]), await sums(js, whole, rows)];
        expectSameSums(a, b);
        expectSameSums(await sums(native, whole, [rows[0], undefined]), await sums(js, whole, [rows[0], undefined]));
      }
    }
  });

  test('a pipeline of image transforms', async () => {
    const shape = colour(8, 8);
    const x = images(shape, 40);
    const step = await stepOf(imageViews(shape, presets.simclr(shape)), x.cols);
    const whole = plan(step, 4, x.cols, true);
    expectSameSums(await sums(native, whole, [x, undefined]), await sums(js, whole, [x, undefined]));
  });

  test('views given beside the samples: those that either would have drawn', async () => {
    const [x, y] = rows;
    const step = await stepOf(processes.composed?.[0] as ViewProcess, d);
    const [m, width] = [3, 9];
    const given = new Matrix(x.rows, m * width);
    for (let view = 0; view < m; view++) {
      const samples = Float64Array.from({ length: x.rows }, (_, i) => 2 ** 33 + 5 + i);
      const drawn = await native.draw({}, step, x, { seed: 3, samples, views: new Uint32Array(x.rows).fill(view) }, 0);
      for (let i = 0; i < x.rows; i++) given.data.set(drawn.row(i), (i * m + view) * width);
    }
    const ofGiven = await sums(native, plan(undefined, m, width, false), [x, y], [1, 70], given);
    expect(ofGiven).toEqual(await sums(native, plan(step, m, width, false), [x, y]));
    expectSameSums(ofGiven, await sums(js, plan(undefined, m, width, false), [x, y], [100], given));
  });
});

describe.each(BACKENDS)('%s: sums over views', (name) => {
  const views = backend(name);
  const identity: ViewStep = { kind: 'identity', numbers: new Float64Array(0) };
  const simple = plan(identity, 2, d, true);

  test('of nothing are nothing', async () => {
    const { count, inputs, deviations, shifts, cross } = await sums(views, { ...simple, width: 3 }, [
      new Matrix(0, d),
      undefined,
    ]);
    expect(count).toBe(0);
    expect([inputs, deviations, shifts, cross].map((m) => [m.rows, m.cols])).toEqual([
      [d + 1, d + 1],
      [3, 3],
      [3, 3],
      [d + 1, 3],
    ]);
    for (const part of [inputs, deviations, shifts, cross]) expect(part.data.every((value) => value === 0)).toBe(true);
  });

  test('grow by what is added after a snapshot', async () => {
    const [head, tail] = cut(normals(9, 100, d), [30]) as [Matrix, Matrix];
    const accumulator = views.sums(d, 0, simple);
    await accumulator.add({}, head, undefined);
    const before = await accumulator.snapshot({});
    await accumulator.add({}, tail, undefined);
    const after = await accumulator.snapshot({});
    await accumulator.close();
    expect([before.count, after.count]).toEqual([30, 100]);
    expect(after).toEqual(await sums(views, simple, [normals(9, 100, d), undefined]));
  });

  test.each([
    ['source', 4, 5, Number.NaN],
    ['target', 99, 1, Number.NEGATIVE_INFINITY],
  ] as const)('name the first number of the %s that is not finite, row %i', async (argument, row, column, value) => {
    const [x, y] = [normals(10, 100, d), normals(11, 100, 2)];
    const spoilt = argument === 'source' ? x : y;
    spoilt.data[row * spoilt.cols + column] = value;
    const error = await failure(() => sums(views, simple, [x, y], [50]));
    expect(error).toMatchObject({ code: 'NOT_FINITE', argument, received: String(value) });
    expect(error.message).toContain(`row ${row}, column ${column}`);
  });

  test('refuse views that overflow, and buffers that are gone', async () => {
    const large = await stepOf(affineViews([{ matrix: Matrix.diagonal(new Float64Array(d).fill(1e200)) }]), d);
    const x = normals(12, 20, d);
    const error = await failure(() => sums(views, plan(large, 2, d, true), [x, undefined]));
    expect(error).toMatchObject({ code: 'OUT_OF_RANGE', argument: 'views' });
    structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] });
    const gone = views.sums(d, 0, simple);
    expect(await failure(() => gone.add({}, x, undefined))).toMatchObject({ code: 'DETACHED', argument: 'source' });
    await gone.close();
    expect(await failure(() => views.draw({}, identity, x, draws(1, 20), 0))).toMatchObject({ code: 'DETACHED' });
  });

  test('refuse to say what they are when some of the rows are missing', async () => {
    const x = normals(14, 100_000, 1);
    x.data[3] = Number.NaN;
    const accumulator = views.sums(1, 0, plan(identity, 2, 1, true));
    // A backend may notice when more rows come.
    await failure(async () => {
      await accumulator.add({}, x, undefined);
      await accumulator.add({}, x, undefined);
    });
    await failure(() => accumulator.snapshot({}));
    await failure(() => accumulator.snapshot({}));
    await failure(() => accumulator.add({}, normals(14, 100_000, 1), undefined));
    await accumulator.close();
  });

  test('reject with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    const control = { signal: AbortSignal.abort(reason) };
    const accumulator = views.sums(d, 0, simple);
    await expect(accumulator.add(control, normals(13, 3000, d), undefined)).rejects.toBe(reason);
    await accumulator.close();
    await expect(views.draw(control, identity, normals(13, 10, d), draws(1, 10), 0)).rejects.toBe(reason);
  });
});
