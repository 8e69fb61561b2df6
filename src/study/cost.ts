/** What a study will take, from measurements on this machine of small parts of it. */
import { selectBackend } from '../backends/select.js';
import type { Site } from '../closed-form/whitening.js';
import { openData } from '../data/open.js';
import type { DataSource } from '../data/source.js';
import { eigh } from '../linalg/eigh.js';
import { Matrix } from '../matrix/matrix.js';
import { viewMoments } from '../moments/collect.js';
import { normal, STREAMS } from '../runtime/random.js';
import { threads } from '../runtime/threads.js';
import { gaussianViews } from '../views/gaussian.js';
import { builtInDataset } from './built-in.js';
import type { ResolvedStudyConfig } from './config.js';
import { CHUNK_ROWS, HELD_BYTES, heldBytes, type StudyDataset, signalCols, targetCols } from './dataset.js';
import { countCells, resolveGrid } from './grid.js';
import { judgeEach } from './judge.js';
import { collectSeed, corruptedSample } from './seed-moments.js';
import type { StudyGrid } from './summary.js';

export interface StudyEstimate {
  grid: StudyGrid;
  cells: number;
  /** Rows and columns of the data; null rows for a generator. */
  data: { rows: number | null; cols: number; signalDims: number };
  /** Wall-clock seconds, of the whole and of its parts. */
  seconds: { total: number; data: number; samples: number; cells: number };
  /** Peak memory of the process. */
  bytes: number;
}

/**
 * Measures a chunk of the data, a small sample and one set of models, and scales them to the study. Reads a few megabytes
 * and takes about a second; good to a factor of two.
 *
 * @throws EigenviewError as {@link openData}, and for a grid that the data cannot serve
 */
export async function estimateStudy(config: ResolvedStudyConfig): Promise<StudyEstimate> {
  const { labels, target, grayscale, data, noiseDims } = config;
  const source =
    data === undefined
      ? undefined
      : await openData(data, { ...(labels !== undefined && { labels }), target, grayscale });
  const built = source === undefined ? await builtInDataset(config.signalDims) : undefined;
  const dims = source === undefined ? (built as StudyDataset).dims : signalCols(source, config.signalDims);
  const rows = source?.rows ?? Number.POSITIVE_INFINITY;
  const { problems, noise, theta, alpha, seeds, n, k } = config;
  const grid = resolveGrid({ problems, noise, theta, alpha, seeds, ...(n && { n }), ...(k && { k }) }, { dims, rows });
  const preparation = source === undefined ? 0 : await dataSeconds(source, config);
  const small = built ?? synthetic(dims, targetCols((source as DataSource).targets));
  const { sample, unit } = await measure(small, noiseDims, grid, config);
  const largest = grid.n.at(-1) as number;
  const units = grid.seeds.length * grid.n.length * grid.theta.length * (grid.noise.length * grid.alpha.length + 1);
  const seconds = {
    data: preparation,
    samples: grid.seeds.length * largest * sample,
    cells: (units * unit) / threads(),
  };
  return {
    grid,
    cells: countCells(grid),
    data: { rows: Number.isFinite(rows) ? rows : null, cols: source?.cols ?? dims, signalDims: dims },
    seconds: { total: seconds.data + seconds.samples + seconds.cells, ...seconds },
    bytes: memory(source, dims, noiseDims, grid),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** So many chunks are read, and so many more summed in one pass than in another, to tell a chunk's time from a pass's. */
const CHUNKS = 4;

/** Reading, moments, principal components and encoding, from the first chunks and a smaller eigenproblem. */
async function dataSeconds(source: DataSource, { signalDims, backend }: ResolvedStudyConfig): Promise<number> {
  const call = backend === undefined ? {} : { backend };
  const first: Matrix[] = [];
  const took = await timed(async () => {
    for await (const chunk of source) if (first.push(chunk) === CHUNKS) break;
  });
  const reading = took / first.length;
  const chunk = first[0] as Matrix;
  const passes = source.rows / chunk.rows;
  if (signalDims === 'all') return reading * passes;
  const sum = (times: number) => timed(() => viewMoments(Array(times).fill(chunk), gaussianViews(), call));
  await sum(1);
  const once = await sum(1);
  const summing = Math.max(0, (await sum(1 + CHUNKS)) - once) / CHUNKS;
  const size = Math.min(source.cols, 256);
  const eigen = (await timed(() => eigh(Matrix.identity(size), call))) * (source.cols / size) ** 3;
  const readings = heldBytes(source) <= HELD_BYTES ? 1 : 2;
  return (readings * reading + 2 * summing) * passes + once + eigen;
}

const MEASURED_DIMS = 256;

/** Seconds a row of a sample and a set of models take. The first call of each warms up. */
async function measure(
  dataset: StudyDataset,
  noiseDims: number,
  grid: StudyGrid,
  { backend: name }: ResolvedStudyConfig,
): Promise<{ sample: number; unit: number }> {
  const backend = selectBackend(name);
  const call = { backend: backend.name };
  const rows = Math.min(grid.n.at(-1) as number, 2 * CHUNK_ROWS);
  // Many dimensions are measured on fewer: moments take time like their square, models like their cube.
  const fewer = Math.min(noiseDims, MEASURED_DIMS);
  const larger = (dataset.dims + noiseDims) / (dataset.dims + fewer);
  const pass = () => collectSeed(dataset, fewer, 0, [rows], call);
  const moments = await pass();
  const sample = ((await timed(pass)) / rows) * larger ** 2;
  const site: Site = { backend, control: { reproducible: true }, operation: 'alignmentStudy' };
  const corrupted = corruptedSample(moments, rows, grid.noise[0] as number);
  const covariance = new Float64Array(dataset.dims + fewer).fill(grid.theta[0] as number);
  const questions = { ks: grid.k, dims: dataset.dims, problems: [true, true, true] } as const;
  const models = () => judgeEach(site, [corrupted], [covariance], questions);
  await models();
  return { sample, unit: (await timed(models)) * larger ** 3 };
}

/** Independent normals: what they are does not change how long they take. */
function synthetic(dims: number, targets: number): StudyDataset {
  const stream = (cols: number) =>
    async function* (seed: number, n: number) {
      for (let from = 0; from < n; from += CHUNK_ROWS) {
        const chunk = new Matrix(Math.min(CHUNK_ROWS, n - from), cols);
        for (let i = 0; i < chunk.rows; i++) normal(seed, from + i, STREAMS.builtIn, chunk.row(i) as Float64Array);
        yield chunk;
      }
    };
  return {
    name: 'synthetic',
    id: 'synthetic',
    dims,
    rows: Number.POSITIVE_INFINITY,
    target: 'values',
    signal: stream(dims),
    targets: stream(targets),
  };
}

/** Node and the libraries, rows held, both staging areas, and the moments of two seeds at every size. */
function memory(source: DataSource | undefined, dims: number, noiseDims: number, grid: StudyGrid): number {
  const held = source === undefined ? 0 : Math.min(HELD_BYTES, heldBytes(source));
  const scores = source === undefined ? 0 : Math.min(HELD_BYTES, 8 * source.rows * dims) + 8 * source.rows;
  const square = (source === undefined ? dims + noiseDims : Math.max(source.cols, dims + noiseDims)) ** 2;
  const moments = 8 * (dims + noiseDims) ** 2 * grid.n.length * 12;
  return 120e6 + held + scores + 40e6 + 8 * 6 * square + moments;
}
