/** Pairs of views of real data: linear functions of the leading principal components of augmented images. */
import { basename, resolve } from 'node:path';
import type { CallOptions } from '../backends/select.js';
import { FORMATS } from '../data/formats.js';
import { readImages } from '../data/images.js';
import { openData } from '../data/open.js';
import { recognise } from '../data/recognise.js';
import type { ChunkedSource } from '../data/source.js';
import { momentsPair } from '../dynamics/pairs/moments-pair.js';
import type { ViewPair } from '../dynamics/pairs/view-pair.js';
import { eigh } from '../linalg/eigh.js';
import { matmul } from '../linalg/matmul.js';
import { checkInteger } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { viewMoments } from '../moments/collect.js';
import { ViewMoments } from '../moments/view-moments.js';
import { readViews } from '../views/read-views.js';
import { DEFAULTS, type DynamicsConfig } from './dynamics-config.js';

/** Directions whose variance is this share of the largest hold rounding, and would be scaled up to it. */
const RANK_TOLERANCE = 1e-9;

export interface DataPair {
  name: string;
  pair: ViewPair;
  /** Images used: fewer than asked for where there are no more; views drawn of each, null where the moments are exact. */
  data: { images: number; samples: number | null };
}

/**
 * The pair of two views of one image, as far as linear functions of the views' leading principal components see it: moments
 * of the first `images` images, exact where the augmentation has a closed form and `samples` is absent, else estimated from
 * that many drawn views of each.
 *
 * @throws EigenviewError as {@link readImages}, {@link readViews}, {@link viewMoments} and {@link momentsPair}
 */
export async function dataPair(config: DynamicsConfig, call: CallOptions): Promise<DataPair> {
  const {
    data = '',
    augment = '',
    shape,
    white,
    labels,
    images = DEFAULTS.images,
    samples,
    seed,
    centered = false,
  } = config;
  const first = await readImages(data, { count: 1, shape, white, labels });
  const views = await readViews(augment, first.shape);
  const drawn = samples ?? (views.exact === undefined ? DEFAULTS.samples : undefined);
  const sampling = drawn === undefined ? {} : { samples: drawn, seed };
  const moments = await viewMoments(leading(await openRows(data, labels), images), views, { ...sampling, ...call });
  const { components = DEFAULTS.components } = config;
  checkInteger('--components', components, { min: 1, max: moments.dim });
  const reduced = await project(moments, components, centered, call);
  const pair = await momentsPair(reduced, { centered, rankTolerance: RANK_TOLERANCE, ...call });
  const name = `${augment} views of ${basename(resolve(data))}, ${pair.gram.rows} components`;
  return { name, pair, data: { images: moments.count, samples: drawn ?? null } };
}

async function openRows(path: string, labels: string | undefined): Promise<ChunkedSource> {
  if (labels !== undefined) return openData(path, { labels });
  const request = { labels: undefined, columns: undefined, target: 'auto', grayscale: false } as const;
  return (await FORMATS[await recognise(path)](path, request)).source();
}

async function* leading(source: ChunkedSource, rows: number): AsyncGenerator<Matrix> {
  let left = rows;
  for await (const chunk of source) {
    yield chunk.rows <= left ? chunk : new Matrix(left, chunk.cols, chunk.data.subarray(0, left * chunk.cols));
    left -= chunk.rows;
    if (left <= 0) return;
  }
}

/** The moments of W x, the rows of W being the leading eigenvectors of the views' second moment, about the mean if centred. */
async function project(
  moments: ViewMoments,
  components: number,
  centered: boolean,
  call: CallOptions,
): Promise<ViewMoments> {
  const { second, viewMean } = moments;
  const about = centered ? lessMean(second, viewMean) : second;
  const { vectors } = await eigh(about, { k: components, ...call });
  const inside = async (matrix: Matrix) =>
    matmul(vectors, await matmul(matrix, vectors, call), { transposeA: true, ...call });
  const mean = async (vector: Float64Array) =>
    Float64Array.from((await matmul(new Matrix(1, vector.length, vector), vectors, call)).data);
  const inputSecond = await inside(moments.inputSecond);
  return new ViewMoments({
    count: moments.count,
    second: symmetric(await inside(second)),
    meanSecond: symmetric(await inside(moments.meanSecond)),
    covariance: symmetric(await inside(moments.covariance)),
    inputCross: await inside(moments.inputCross),
    inputSecond,
    inputEnergy: Array.from({ length: components }, (_, i) => inputSecond.get(i, i)).reduce((a, b) => a + b, 0),
    inputMean: await mean(moments.inputMean),
    viewMean: await mean(viewMean),
  });
}

function lessMean(second: Matrix, mean: Float64Array): Matrix {
  const { rows, cols } = second;
  return new Matrix(
    rows,
    cols,
    Float64Array.from(
      second.data,
      (value, at) => value - (mean[Math.floor(at / cols)] as number) * (mean[at % cols] as number),
    ),
  );
}

/** Products of three matrices are symmetric to rounding only. */
function symmetric(matrix: Matrix): Matrix {
  const { rows, cols } = matrix;
  return new Matrix(
    rows,
    cols,
    Float64Array.from(matrix.data, (value, at) => (value + matrix.get(at % cols, Math.floor(at / cols))) / 2),
  );
}
