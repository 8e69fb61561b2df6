import { describe, EigenviewError } from '../errors.js';
import { checkDense, checkFinite, checkOptions, checkSameShape, maxAbs } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { checkShape } from '../views/image/check-shape.js';
import type { ImageShape } from '../views/image/transform.js';
import { checkTitle } from './figure-cell.js';
import { drawHeading, drawImage, EDGE, FONT, LEAST_WIDTH, QUIET, scaleOf, sheet, text } from './sheet-marks.js';

export interface DirectionSheetOptions {
  /** How a direction is an image; `white` plays no part. */
  shape: ImageShape;
  /** A number for each direction, such as an eigenvalue; fewer or more are ignored beyond the directions. */
  scores?: Float64Array;
  /** Standard errors of the scores. */
  errors?: Float64Array;
  /** Default `Directions`. */
  title?: string;
  /** What stands below the title. */
  notes?: readonly string[];
}

const KEYS = ['shape', 'scores', 'errors', 'title', 'notes'] as const;

const ACROSS = 8;
const GAP = 14;
/** Room for what stands below an image. */
const CAPTION = 22;

/**
 * Directions in the space of images as a sheet of images, as SVG text: each in units of its own largest number, 0 mid grey, the
 * largest white or black. They have no sign; the one that makes the sum of the numbers positive is drawn.
 *
 * @param directions k×(channels·height·width), such as an encoder, or S times it: what its outputs go with in the views
 * @throws EigenviewError `SHAPE_MISMATCH`, `NOT_FINITE`, `INVALID_ARGUMENT`, `UNKNOWN_OPTION`
 * @example
 * ```ts
 * const { encoder, eigenvalues } = await jointEmbedding(moments, { k: 16 });
 * const patterns = await matmul(encoder, moments.second);
 * const svg = directionSheet(patterns, { shape: { width: 32, height: 32, channels: 3 }, scores: eigenvalues });
 * ```
 */
export function directionSheet(directions: Matrix, options: DirectionSheetOptions): string {
  checkOptions('directionSheet', options, KEYS);
  checkDense('directions', directions);
  const { scores, errors, title = 'Directions', notes = [] } = options ?? {};
  const shape = checkShape(options?.shape);
  checkTitle(title);
  checkSameShape('directions', directions, directions.rows, shape.width * shape.height * shape.channels);
  checkScores('scores', scores, directions.rows);
  checkScores('errors', errors, directions.rows);
  const scale = scaleOf(shape);
  const [width, height] = [Math.max(1, scale * shape.width), Math.max(1, scale * shape.height)];
  const across = Math.min(ACROSS, directions.rows);
  const sheetWidth = Math.ceil(Math.max(2 * EDGE + across * width + (across - 1) * GAP, LEAST_WIDTH));
  const heading = drawHeading(title, notes, sheetWidth - 2 * EDGE);
  const top = heading.bottom + GAP;
  const marks = Array.from({ length: directions.rows }, (_, i) => {
    const x = EDGE + (i % across) * (width + GAP);
    const y = top + Math.floor(i / across) * (height + CAPTION + GAP);
    const pixels = centred(directions.row(i), shape.white);
    const caption = captionOf(i, scores, errors);
    const style = { anchor: 'middle', fill: QUIET } as const;
    return `${drawImage(pixels, shape, { x, y, width, height })}\n${text(caption, x + width / 2, y + height + CAPTION / 2 + 2, FONT.row, style)}`;
  });
  const rows = Math.ceil(directions.rows / across);
  return sheet(title, sheetWidth, Math.ceil(top + rows * (height + CAPTION + GAP) - GAP + EDGE), [
    heading.svg,
    ...marks,
  ]);
}

/** Values in [−most, most] as pixels about mid grey. */
function centred(direction: ArrayLike<number>, white: number): Float64Array {
  const values = Float64Array.from(direction);
  const most = maxAbs(values) || 1;
  const sign = values.reduce((sum, value) => sum + value, 0) < 0 ? -1 : 1;
  return values.map((value) => (white / 2) * (1 + (sign * value) / most));
}

function captionOf(i: number, scores: Float64Array | undefined, errors: Float64Array | undefined): string {
  const score = scores?.[i];
  if (score === undefined) return String(i + 1);
  const error = errors?.[i];
  if (error === undefined || !(error > 0)) return String(Number(score.toPrecision(3)));
  // As many digits as the error's first leaves standing.
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(error))));
  return `${score.toFixed(digits)} ± ${error.toFixed(digits)}`;
}

function checkScores(argument: string, values: unknown, rows: number): asserts values is Float64Array | undefined {
  if (values === undefined) return;
  if (!(values instanceof Float64Array) || values.length < rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each direction needs a number.', {
      argument,
      expected: `a Float64Array of at least ${rows}`,
      received: values instanceof Float64Array ? `length ${values.length}` : describe(values),
    });
  }
  checkFinite(argument, new Matrix(1, values.length, values));
}
