import type { Judgement, Questions } from '../backends/closed-form.js';
import { beginCall, type CallOptions } from '../backends/select.js';
import type { Site } from '../closed-form/whitening.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger } from '../matrix/check.js';
import { alignmentThresholds } from '../thresholds/alignment.js';
import type { CellCoordinates, FailedCell, StudyCell } from './cell.js';
import type { StudyDataset } from './dataset.js';
import { cellsOf, GRID, type GridOptions, resolveGrid } from './grid.js';
import { type Judgements, judgeEach } from './judge.js';
import { cellKey } from './key.js';
import { NOISE_DIMS, PROBLEMS, type Problem } from './protocol.js';
import { cleanSample, collectSeed, corruptedSample, energyOf, type SeedMoments } from './seed-moments.js';
import { summarise } from './summarise.js';
import type { StudyGrid, StudySummary } from './summary.js';

export interface AlignmentStudyConfig extends GridOptions, CallOptions {
  /** What to study: {@link imageDataset}, {@link openStudyDataset} or {@link builtInDataset}. */
  dataset: StudyDataset;
  /** Noise coordinates appended to the signal. Default 50. */
  noiseDims?: number;
  /** Cells that are there already, by {@link cellKey}: they are yielded in their place and not computed again. */
  known?: ReadonlyMap<string, StudyCell>;
  /** Told of each cell that cannot be computed; the study goes on without it. Without this the first one ends it. */
  onFailure?: (failure: FailedCell) => void;
}

/** The cells of a study as they are finished, and what they say. */
export interface AlignmentStudy extends AsyncGenerator<StudyCell, void, undefined> {
  readonly grid: StudyGrid;
  /** The summary of all cells; computes those that were not asked for yet. */
  summary(): Promise<StudySummary>;
}

/**
 * The alignment study: distance to optimality, and angle to the signal, against sample size, for every problem, noise
 * level, Θ level, encoder dimension and alignment α of a grid.
 *
 * Each seed takes one pass over its sample: all sample sizes come from that pass, all noise levels, Θ levels and α from
 * the same moments. Cells have the same bits at every thread count, whatever other sizes, levels, α and seeds are asked for.
 *
 * @returns cells, seed by seed, in an order that does not depend on timing; `summary()` has thresholds, slopes, verdicts
 * @throws EigenviewError `OUT_OF_RANGE`, `INVALID_ARGUMENT`, `EMPTY` or `UNKNOWN_OPTION` for the grid; as
 * {@link viewMoments}; and, without `onFailure`, what kept a cell from being computed, such as `SINGULAR`
 * @example
 * ```ts
 * const study = alignmentStudy({ dataset: await builtInDataset(), seeds: 1 });
 * for await (const cell of study) console.log(cell.distance);
 * console.log((await study.summary()).advice[0]?.words);
 * ```
 */
export function alignmentStudy(config: AlignmentStudyConfig): AlignmentStudy {
  const { backend, control } = beginCall('alignmentStudy', config, [
    'dataset',
    'noiseDims',
    'known',
    'onFailure',
    ...GRID,
  ]);
  const { dataset, noiseDims = NOISE_DIMS, signal, known = new Map(), onFailure } = config ?? {};
  checkDataset(dataset);
  checkInteger('noiseDims', noiseDims, { min: 1 });
  const grid = resolveGrid(config, dataset);
  const run: Run = {
    site: { backend, control: { ...control, reproducible: true }, operation: 'alignmentStudy' },
    call: { backend: backend.name, ...(signal && { signal }) },
    dataset,
    noiseDims,
    grid,
    known,
  };
  const cells: StudyCell[] = [];
  const failures: FailedCell[] = [];
  const generator = follow(run, cells, failures, onFailure);
  const summary = async () => {
    while (!(await generator.next()).done);
    const { name, id, dims, rows, target } = dataset;
    const facts = { name, id, rows: Number.isFinite(rows) ? rows : null, signalDims: dims, noiseDims, target };
    return summarise(cells, failures, { dataset: facts, grid });
  };
  return Object.assign(generator, { grid, summary });
}

interface Run {
  site: Site;
  call: CallOptions;
  dataset: StudyDataset;
  noiseDims: number;
  grid: StudyGrid;
  known: ReadonlyMap<string, StudyCell>;
}

async function* follow(
  run: Run,
  cells: StudyCell[],
  failures: FailedCell[],
  onFailure: AlignmentStudyConfig['onFailure'],
): AsyncGenerator<StudyCell, void, undefined> {
  for await (const result of results(run)) {
    if (!('error' in result)) {
      cells.push(result);
      yield result;
    } else if (onFailure === undefined) {
      throw result.error;
    } else {
      const { code, message } = result.error;
      failures.push({ ...result, error: { code, message } });
      onFailure(failures.at(-1) as FailedCell);
    }
  }
}

type Result = StudyCell | (CellCoordinates & { error: EigenviewError });

/** The results, regime by regime; the next regime is under way while those of one are looked at. */
async function* results(asked: Run): AsyncGenerator<Result, void, undefined> {
  const { signal } = asked.call;
  signal?.throwIfAborted();
  const ended = new AbortController();
  // Gone with `ended`: a signal may outlive many studies.
  signal?.addEventListener('abort', () => ended.abort(signal.reason), { signal: ended.signal });
  const control = { ...asked.site.control, signal: ended.signal };
  const run: Run = {
    ...asked,
    site: { ...asked.site, control },
    call: { ...asked.call, signal: ended.signal },
  };
  const regimes = studyRegimes(run);
  let next = begin(regimes.next());
  try {
    for (let regime = await next; !regime.done; regime = await next) {
      next = begin(regimes.next());
      yield* regime.value;
    }
  } finally {
    // Who stops early does not wait for a sample, or a regime, that nobody wants.
    ended.abort();
    await next.catch(() => {});
    await regimes.return();
  }
}

/** Whoever awaits a promise sees its failure; until then it must not count as unhandled. */
function begin<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Seed after seed; the pass of the next one begins while the regimes of this one are studied. */
async function* studyRegimes(run: Run): AsyncGenerator<Result[], void, undefined> {
  const { seeds } = run.grid;
  let next = collect(run, seeds[0]);
  try {
    for (const [i, seed] of seeds.entries()) {
      const moments = await next;
      run.call.signal?.throwIfAborted();
      next = collect(run, seeds[i + 1]);
      yield* studySeed(run, seed, moments);
    }
  } finally {
    await next?.catch(() => {});
  }
}

/** What a seed's missing cells are made from; nothing where there is no seed or no such cell. */
function collect(run: Run, seed: number | undefined): Promise<SeedMoments> | undefined {
  const sizes = seed === undefined ? [] : missingSizes(run, seed);
  if (seed === undefined || sizes.length === 0) return undefined;
  return begin(collectSeed(run.dataset, run.noiseDims, seed, sizes, run.call));
}

function missingSizes(run: Run, seed: number): number[] {
  if (run.known.size === 0) return run.grid.n;
  const sizes = new Set<number>();
  for (const cell of cellsOf(run.grid, seed)) {
    if (!sizes.has(cell.n) && knownCell(run, cell) === undefined) sizes.add(cell.n);
  }
  return [...sizes].sort((a, b) => a - b);
}

function knownCell({ known, dataset, noiseDims }: Run, cell: CellCoordinates): StudyCell | undefined {
  // Keys are hashes: not worth their time where none is known.
  return known.size === 0 ? undefined : known.get(cellKey(dataset, noiseDims, cell));
}

/** `moments` is absent when every cell is known. */
async function* studySeed(
  run: Run,
  seed: number,
  moments: SeedMoments | undefined,
): AsyncGenerator<Result[], void, undefined> {
  const cleans = new Map<number, Map<number, Judgements>>();
  for (const noise of run.grid.noise) {
    for (const theta of run.grid.theta) {
      const cells = [...cellsOf({ ...run.grid, noise: [noise], theta: [theta] }, seed)];
      const found = cells.map((cell) => knownCell(run, cell));
      const group = found.includes(undefined)
        ? await studyRegime(run, moments as SeedMoments, noise, theta, cleans)
        : undefined;
      yield cells.map((cell, i) => found[i] ?? (group?.get(placeOf(cell)) as Result));
    }
  }
}

const placeOf = ({ n, alpha, k, problem }: CellCoordinates) => [n, alpha, k, problem].join(' ');

/** All missing sizes at every α of one noise and Θ level. */
async function studyRegime(
  { site, grid, noiseDims }: Run,
  moments: SeedMoments,
  noise: number,
  theta: number,
  cleans: Map<number, Map<number, Judgements>>,
): Promise<Map<string, Result>> {
  const { dims, seed, unitTheta, unitGamma } = moments;
  const sizes = [...moments.samples.keys()];
  const thetas = unitTheta.map((unit) => theta * unit);
  const gammas = unitGamma.map((unit) => noise * unit);
  const wants = (problem: Problem) => grid.problems.includes(problem);
  const asked: Questions = {
    ks: grid.k,
    dims,
    problems: [wants('supervised'), wants('joint-embedding'), wants('reconstruction')],
  };
  if (!cleans.has(theta)) {
    // All three: the clean scores of the self-supervised problems are also what thresholds are made of.
    const all: Questions = { ...asked, problems: [true, true, true] };
    const samples = sizes.map((n) => cleanSample(moments, n));
    const judged = await judgeEach(site, samples, [thetas.slice(0, dims)], all);
    cleans.set(theta, new Map(sizes.map((n, s) => [n, (judged[s] as Judgements[])[0] as Judgements])));
  }
  const clean = cleans.get(theta) as Map<number, Judgements>;
  const covariances = grid.alpha.map((alpha) => {
    const covariance = new Float64Array(thetas);
    for (let i = 0; i < noiseDims; i++) (covariance[dims + i] as number) += alpha * alpha * (gammas[i] as number);
    return covariance;
  });
  const samples = sizes.map((n) => corruptedSample(moments, n, noise));
  const judged = await judgeEach(site, samples, covariances, asked);
  const results = new Map<string, Result>();
  for (const [s, n] of sizes.entries()) {
    for (const [i, k] of grid.k.entries()) {
      const optimum = (clean.get(n) as Judgements)[i] as Judgements[number];
      const thresholds =
        optimum instanceof EigenviewError ? optimum : thresholdsOf(optimum, energyOf(moments, n), thetas, gammas);
      for (const [c, alpha] of grid.alpha.entries()) {
        const model = ((judged[s] as Judgements[])[c] as Judgements)[i] as Judgements[number];
        for (const problem of grid.problems) {
          const p = PROBLEMS.indexOf(problem);
          const place = { problem, noise, theta, k, alpha, n, seed };
          results.set(placeOf(place), resultOf(place, model, optimum, thresholds, p));
        }
      }
    }
  }
  return results;
}

function resultOf(
  place: CellCoordinates,
  model: Judgements[number],
  optimum: Judgements[number],
  thresholds: (number | null)[] | EigenviewError,
  p: number,
): Result {
  if (model instanceof EigenviewError) return { ...place, error: explained(place, model) };
  if (optimum instanceof EigenviewError) return { ...place, error: explained(place, optimum) };
  if (thresholds instanceof EigenviewError) return { ...place, error: thresholds };
  const { loss, sine: angle } = model[p] as Judgement;
  const distance = Math.abs(loss - (optimum[p] as Judgement).loss);
  const threshold = thresholds[p] ?? null;
  if (![distance, angle, threshold ?? 0].every(Number.isFinite)) return { ...place, error: beyond(place) };
  const recovers = place.problem === 'supervised' || (threshold === null ? null : place.alpha ** 2 > threshold);
  return { ...place, distance, angle, threshold, recovers };
}

/** What a closed form could not do, in the terms of the study: its own advice, a ridge, is not the study's to follow. */
function explained({ noise, theta, alpha }: CellCoordinates, cause: EigenviewError): EigenviewError {
  return new EigenviewError(cause.code, 'This cell cannot be computed: the moments of its views cannot be inverted.', {
    argument: 'noise, theta and alpha',
    expected: 'within about 14 orders of magnitude of the squared data and of each other',
    received: `${noise}, ${theta} and ${alpha}`,
    cause,
  });
}

function beyond({ noise, theta, alpha }: CellCoordinates): EigenviewError {
  return new EigenviewError('OUT_OF_RANGE', 'The numbers of this cell are beyond float64.', {
    argument: 'noise, theta and alpha',
    expected: 'within about 100 orders of magnitude of the squared data',
    received: `${noise}, ${theta} and ${alpha}`,
  });
}

/**
 * The signed thresholds on α² of each problem, from the k-th clean scores: a single signal direction with those scores has
 * the same ones (φ = a/√(a + θ) with a = φ², θ = 0; ω = a/(a + θ) with a = 1, θ = 1/ω − 1). A sample that spans fewer
 * than k directions has a k-th score of 0 but for rounding, of either sign: its thresholds are out of reach.
 */
function thresholdsOf(
  clean: readonly Judgement[],
  energy: number,
  thetas: Float64Array,
  gamma: Float64Array,
): (number | null)[] | EigenviewError {
  const [, jointEmbedding, reconstruction] = clean as readonly [Judgement, Judgement, Judgement];
  const square = (a: number, theta: number) => ({
    signal: [a],
    theta: [theta, ...thetas.subarray(thetas.length - gamma.length)],
    gamma,
  });
  // Fewer directions of signal than k: the k-th score is what rounding leaves of 0, and says nothing.
  const rounding = 16 * thetas.length * Number.EPSILON;
  if (jointEmbedding.score <= rounding || reconstruction.score <= rounding * Math.sqrt(energy))
    return [null, null, null];
  try {
    return [
      null,
      alignmentThresholds(square(1, Math.max(0, 1 / jointEmbedding.score - 1))).jointEmbedding.alphaSquared,
      alignmentThresholds(square(reconstruction.score ** 2, 0)).reconstruction.alphaSquared,
    ];
  } catch (error) {
    if (error instanceof EigenviewError) return error;
    throw error;
  }
}

function checkDataset(dataset: unknown): asserts dataset is StudyDataset {
  const { signal, id } = (dataset ?? {}) as Partial<StudyDataset>;
  if (typeof signal === 'function' && typeof id === 'string') return;
  throw new EigenviewError('INVALID_ARGUMENT', 'The study needs a data set.', {
    argument: 'dataset',
    expected: 'what builtInDataset, imageDataset or openStudyDataset returns',
    received: describe(dataset),
  });
}
