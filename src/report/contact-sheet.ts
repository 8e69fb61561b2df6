import { beginCall, type CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkInteger, checkSeed } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { sampleViews } from '../moments/sample-views.js';
import { checkShape } from '../views/image/check-shape.js';
import type { ImageShape, ResolvedShape } from '../views/image/transform.js';
import { checkViews, type ViewProcess, viewDimension } from '../views/view-process.js';
import { checkTitle } from './figure-cell.js';
import { drawSheet, type Row } from './sheet-marks.js';

export interface ContactSheetOptions extends CallOptions {
  /** How a row is an image, and so is a view. */
  shape: ImageShape;
  /** Views shown of each image; default 8. */
  views?: number;
  /** Views that the mean view is over, from the first shown on; default 64. */
  meanViews?: number;
  /** Default 0. */
  seed?: number;
  /** Index of the first image in the data, and so in the random stream; default 0. */
  firstSample?: number;
  /** A heading; default the name of the process, which stands below it where it is not in the heading. */
  title?: string;
  /** More to say of the data, such as what was guessed, in a few words each. */
  notes?: readonly string[];
}

const KEYS = ['shape', 'views', 'meanViews', 'seed', 'firstSample', 'title', 'notes'] as const;

/** Numbers of drawn views that are held at once. */
const DRAWN_NUMBERS = 2 ** 22;

/**
 * A contact sheet, as SVG text, that shows what a process does: one row per image with the original, some of its views and the
 * mean of many, the estimate of E[τ(x)]. The views are those that {@link viewMoments} uses for the same seed. In the picture, not
 * before the mean is taken, values are clipped to [0, white].
 *
 * @param x n×(channels·height·width): the images, plane after plane
 * @throws EigenviewError `SHAPE_MISMATCH` where images, views and shape do not fit; `OUT_OF_RANGE`, `INVALID_ARGUMENT`,
 * `NOT_FINITE`; as {@link sampleViews}
 * @example
 * ```ts
 * const shape = { width: 2, height: 2, channels: 1 };
 * const svg = await contactSheet(Matrix.from([[0, 80, 160, 240]]), presetViews('simclr', shape), { shape, views: 4, seed: 1 });
 * ```
 */
export async function contactSheet(x: Matrix, views: ViewProcess, options: ContactSheetOptions): Promise<string> {
  beginCall('contactSheet', options, KEYS);
  checkDense('x', x);
  checkViews('views', views);
  const { views: shown = 8, meanViews = 64, seed = 0, firstSample = 0, title = views.name, notes = [] } = options ?? {};
  const shape = checkShape(options?.shape);
  checkInteger('views', shown, { min: 1, max: 2 ** 10 });
  checkInteger('meanViews', meanViews, { min: 1, max: 2 ** 24 });
  checkSeed('seed', seed);
  checkInteger('firstSample', firstSample, { min: 0 });
  checkTitle(title);
  checkNotes(notes);
  checkPixels(x, views, shape);
  const { signal, backend } = options;
  const call = { ...(signal && { signal }), ...(backend && { backend }), seed, firstSample };
  const rows = await drawRows(x, views, { shown, meanViews, ...call });
  const process = title.includes(views.name) ? [] : [views.name];
  return drawSheet(rows, shape, { title, lines: [...process, facts(seed, shape, notes)], meanViews });
}

interface Drawing extends CallOptions {
  shown: number;
  meanViews: number;
  seed: number;
  firstSample: number;
}

/** Of each image the views to show, and the mean of the first `meanViews`. */
async function drawRows(x: Matrix, process: ViewProcess, drawing: Drawing): Promise<Row[]> {
  const { shown, meanViews, ...call } = drawing;
  const all = Math.max(shown, meanViews);
  const rows = Array.from({ length: x.rows }, (_, i) => ({
    name: String(call.firstSample + i),
    original: x.row(i),
    views: [] as Matrix['data'][],
    mean: new Float64Array(x.cols),
  }));
  const step = Math.max(1, Math.floor(DRAWN_NUMBERS / (x.rows * x.cols)));
  for (let from = 0; from < all; from += step) {
    const samples = Math.min(step, all - from);
    const drawn = await sampleViews(x, process, { ...call, samples, firstView: from });
    for (let at = 0; at < drawn.rows; at++) {
      const { views, mean } = rows[Math.floor(at / samples)] as (typeof rows)[number];
      const index = from + (at % samples);
      if (index < shown) views.push(drawn.row(at).slice());
      if (index < meanViews) addScaled(mean, drawn.row(at), 1 / meanViews);
    }
  }
  return rows;
}

function addScaled(sum: Float64Array, values: ArrayLike<number>, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + factor * (values[i] as number);
}

function facts(seed: number, { width, height, channels, white }: ResolvedShape, notes: readonly string[]): string {
  return [`seed ${seed}`, `${width}×${height}×${channels}`, `white ${white}`, ...notes].join(' · ');
}

function checkPixels(x: Matrix, views: ViewProcess, { width, height, channels }: ResolvedShape): void {
  const size = width * height * channels;
  const made = viewDimension(views, x.cols);
  const wrong = x.cols !== size ? ['x', x.cols] : made !== size ? ['views', made] : undefined;
  if (wrong === undefined) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'Images and their views have one shape.', {
    argument: String(wrong[0]),
    expected: `of ${width}×${height}×${channels} = ${size} numbers`,
    received: String(wrong[1]),
  });
}

function checkNotes(notes: unknown): asserts notes is readonly string[] {
  if (Array.isArray(notes) && notes.every((note) => typeof note === 'string')) return;
  throw new EigenviewError('INVALID_ARGUMENT', 'Notes are a list of texts.', {
    argument: 'notes',
    expected: 'an array of strings',
    received: describe(notes),
  });
}
