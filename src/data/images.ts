import { EigenviewError } from '../errors.js';
import { checkInteger, checkNumber } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { FORMATS } from './formats.js';
import type { LabelRequest } from './labels.js';
import { openData } from './open.js';
import { type DataFormat, recognise } from './recognise.js';
import type { ChunkedSource } from './source.js';

export interface PixelGrid {
  width: number;
  height: number;
  /** 1 (grey) or 3 (red, green, blue). */
  channels: number;
}

export interface ImageRequest {
  /** How many images; fewer where the data end. */
  count: number;
  /** Index of the first of them; default 0. */
  first?: number | undefined;
  /** Needed where the file does not say it and the number of columns does not tell. */
  shape?: PixelGrid | undefined;
  /**
   * The value of a saturated pixel; unless given 255, or 1 where the format is not one of images and the first chunk has no
   * number above 1.
   */
  white?: number | undefined;
  /** Columns or an array that are no pixels. */
  labels?: LabelRequest | undefined;
}

export interface Images {
  /** n×(channels·height·width), plane after plane. */
  pixels: Matrix;
  shape: PixelGrid & { white: number };
  /** What neither the file nor the caller said. */
  guessed: { shape: boolean; white: boolean };
}

/** Numbers of a row that is an image in all likelihood: of MNIST, CIFAR-10, Tiny ImageNet, ImageNet. */
const USUAL: Readonly<Record<number, PixelGrid>> = {
  784: { width: 28, height: 28, channels: 1 },
  3072: { width: 32, height: 32, channels: 3 },
  12288: { width: 64, height: 64, channels: 3 },
  150528: { width: 224, height: 224, channels: 3 },
};

/** More than anyone looks at. */
const MOST = 1000;

/** What formats for images say. */
const WHITE: Partial<Record<DataFormat, number>> = { mnist: 255, cifar: 255 };

/**
 * A few images of any data that {@link openData} opens, labels or not.
 *
 * @throws EigenviewError as {@link openData}; `INVALID_ARGUMENT` for a shape that is not known or does not fit the rows;
 * `OUT_OF_RANGE` when `first` is behind the end; `EMPTY`; `NOT_FINITE`, naming the file
 */
export async function readImages(path: string, request: ImageRequest): Promise<Images> {
  const { count, first = 0, white, labels } = request;
  checkInteger('images', count, { min: 1, max: MOST });
  checkInteger('first', first, { min: 0 });
  if (white !== undefined) checkNumber('white', white, { min: 0, above: true });
  const format = await recognise(path);
  const source = await openRows(path, format, labels);
  if (source.rows === 0 || source.cols === 0) {
    throw new EigenviewError('EMPTY', 'There are no images here.', {
      file: path,
      expected: 'at least one row and one column',
      received: `${source.rows}×${source.cols}`,
    });
  }
  checkInteger('first', first, { max: source.rows - 1 });
  const known = request.shape ?? shapeOf(path, source.rowShape);
  const shape = known ?? USUAL[source.cols];
  checkFits(path, shape, source.cols, format);
  const said = white ?? WHITE[format];
  const { pixels, most } = await readRows(source, first, Math.min(count, source.rows - first));
  checkFinite(path, pixels, first);
  return {
    pixels,
    shape: { ...shape, white: said ?? (most > 1 ? 255 : 1) },
    guessed: { shape: known === undefined, white: said === undefined },
  };
}

async function openRows(path: string, format: DataFormat, labels: LabelRequest | undefined): Promise<ChunkedSource> {
  if (labels !== undefined) return openData(path, { labels });
  const request = { labels: undefined, columns: undefined, target: 'auto', grayscale: false } as const;
  return (await FORMATS[format](path, request)).source();
}

/** Of rows that were matrices or planes of them. */
function shapeOf(path: string, rowShape: readonly number[] = []): PixelGrid | undefined {
  const [a, b, c] = rowShape as [number, number, number];
  if (rowShape.length === 2) return { width: b, height: a, channels: 1 };
  if (rowShape.length !== 3) return undefined;
  if (a === 1 || a === 3) return { width: c, height: b, channels: a };
  if (c === 1) return { width: b, height: a, channels: 1 };
  if (c !== 3) return undefined;
  throw new EigenviewError('INVALID_ARGUMENT', 'The colours of these images lie side by side in each pixel.', {
    argument: 'data',
    file: path,
    expected: `of shape n×3×${a}×${b}, plane after plane`,
    received: `n×${a}×${b}×3`,
    fix: 'Save x.transpose(0, 3, 1, 2) instead.',
  });
}

/** Where a column may be a label. */
const TABLES: readonly DataFormat[] = ['csv', 'parquet'];

function checkFits(
  path: string,
  shape: PixelGrid | undefined,
  cols: number,
  format: DataFormat,
): asserts shape is PixelGrid {
  if (shape !== undefined && shape.width * shape.height * shape.channels === cols) return;
  const given = shape && `${shape.width}×${shape.height}×${shape.channels}`;
  throw new EigenviewError(
    'INVALID_ARGUMENT',
    `Rows of ${cols} numbers are not images of ${given ?? 'a known shape'}.`,
    {
      argument: 'shape',
      file: path,
      expected: `a width, height and number of channels (1 or 3) whose product is ${cols}`,
      received: given ?? 'nothing',
      ...(TABLES.includes(format) && { fix: 'Name a column of labels, if one is among them, as labels.' }),
    },
  );
}

function checkFinite(file: string, { data, cols }: Matrix, first: number): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  const [row, column] = [first + Math.floor(at / cols), at % cols];
  throw new EigenviewError('NOT_FINITE', `There is ${data[at]} at row ${row}, column ${column} (from 0).`, {
    argument: 'data',
    file,
    expected: 'finite',
    received: String(data[at]),
    fix: 'Remove or impute missing values first.',
  });
}

async function readRows(
  source: ChunkedSource,
  first: number,
  count: number,
): Promise<{ pixels: Matrix; most: number }> {
  const pixels = new Matrix(count, source.cols);
  let most: number | undefined;
  let row = 0;
  for await (const chunk of source) {
    most ??= greatest(chunk.data);
    const from = Math.max(0, first - row);
    const to = Math.min(chunk.rows, first + count - row);
    if (from < to) {
      const at = (row + from - first) * source.cols;
      pixels.data.set(chunk.data.subarray(from * source.cols, to * source.cols), at);
    }
    row += chunk.rows;
    if (row >= first + count) break;
  }
  return { pixels, most: most ?? 0 };
}

/** A NaN counts for nothing: it may be in a row that is not asked for. */
function greatest(values: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > most) most = values[i] as number;
  return most;
}
