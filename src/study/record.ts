/**
 * A study on the disk. A folder holds config.json (what was asked for), results.jsonl (one whole line for each cell, as it
 * is finished), and at the end cells.csv and summary.json; while a study runs, a lock keeps others out.
 */
import { existsSync } from 'node:fs';
import { access, constants, readFile, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CallOptions } from '../backends/select.js';
import { EigenviewError } from '../errors.js';
import { removeLeftovers, writeAtomically } from '../store/atomic.js';
import { makeFolder, readError, writeError } from '../store/files.js';
import { openJsonl, readJsonl } from '../store/jsonl.js';
import { acquireLock } from '../store/lock.js';
import { type AlignmentStudy, alignmentStudy } from './alignment-study.js';
import type { CellCoordinates, FailedCell, StudyCell } from './cell.js';
import type { ResolvedStudyConfig } from './config.js';
import { cellsCsv } from './csv-table.js';
import type { StudyDataset } from './dataset.js';
import { cellsOf, countCells, resolveGrid } from './grid.js';
import { cellKey, digest } from './key.js';
import { openStudyDataset } from './open.js';
import { PROBLEMS, type Problem } from './protocol.js';
import { provenance } from './provenance.js';
import { summarise } from './summarise.js';
import type { StudyRecord } from './summary.js';

export interface RecordOptions {
  /** Takes over the finished cells of an earlier run; without it a folder with results is refused. */
  resume?: boolean;
  /** Ends at the first cell that cannot be computed; otherwise it is recorded and the others go on. */
  failFast?: boolean;
  signal?: AbortSignal;
  onStart?: (facts: { name: string; total: number; finished: number }) => void;
  /** Told of every cell that was computed now. */
  onCell?: (cell: StudyCell) => void;
  onFailure?: (failure: FailedCell) => void;
}

export interface RecordedStudy {
  record: StudyRecord;
  cells: StudyCell[];
}

const RESULTS = 'results.jsonl';
const CONFIG = 'config.json';
const SUMMARY = 'summary.json';

/**
 * Runs a study into a folder. Killed at any moment it can be resumed, and then ends with the same tables as if it had not
 * been interrupted.
 *
 * @throws EigenviewError `FILE_EXISTS` for a folder with results and no `resume`, `IN_USE` while another process works in
 * it, `FILE_IO`; as {@link openStudyDataset} and {@link alignmentStudy}; the signal's reason when aborted
 */
export async function recordStudy(
  folder: string,
  asked: ResolvedStudyConfig,
  options: RecordOptions = {},
): Promise<RecordedStudy> {
  const config = withWholePaths(asked);
  const made = await prepareFolder(folder);
  const lock = await acquireLock(folder);
  let dataset: StudyDataset | undefined;
  try {
    if (!options.resume) await refuseResults(folder);
    else await removeLeftovers(folder);
    const from = provenance({ hash: digest(config), backend: config.backend });
    // It is awaited at the end; until then its failure, which the study shares, must not count as unhandled.
    from.catch(() => {});
    const call = {
      ...(config.backend && { backend: config.backend }),
      ...(options.signal && { signal: options.signal }),
    };
    // Looked at before anything is written, so that a refused study leaves nothing behind.
    dataset = await openStudyDataset(config, call);
    const known = await finishedCells(join(folder, RESULTS));
    const failures: FailedCell[] = [];
    const study = begin(dataset, config, call, known, options, (failure) => failures.push(failure));
    await writeAtomically(join(folder, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
    const { cells, reused } = await append(folder, study, dataset, config.noiseDims, known, failures, options);
    const summary = await study.summary();
    const begun = await from;
    const ended = new Date();
    const seconds = (ended.getTime() - Date.parse(begun.started)) / 1000;
    const record = { ...summary, provenance: { ...begun, ended: ended.toISOString(), seconds, reused } };
    await writeAtomically(join(folder, 'cells.csv'), cellsCsv(cells, failures));
    await writeAtomically(join(folder, SUMMARY), `${JSON.stringify(record, null, 2)}\n`);
    return { record, cells };
  } finally {
    await Promise.allSettled([dataset?.close?.()]);
    await lock.release();
    // A folder that was made for a study that was refused; one with anything in it stays.
    if (made) await rmdir(folder).catch(() => undefined);
  }
}

/**
 * What {@link recordStudy} left in a folder.
 *
 * @throws EigenviewError `FILE_NOT_FOUND` for a folder without a finished study, `FILE_FORMAT`
 */
export async function readStudy(folder: string): Promise<RecordedStudy> {
  const { grid, dataset, failures, provenance } = await readRecord(folder);
  const known = await finishedCells(join(folder, RESULTS));
  const cells: StudyCell[] = [];
  for (const seed of grid.seeds) {
    for (const at of cellsOf(grid, seed)) {
      const cell = known.get(cellKey(dataset, dataset.noiseDims, at));
      if (cell !== undefined) cells.push(cell);
    }
  }
  // From the cells, so that the two cannot differ.
  const failed = Array.isArray(failures) ? failures : [];
  return { record: { ...summarise(cells, failed, { dataset, grid }), provenance }, cells };
}

function begin(
  dataset: StudyDataset,
  config: ResolvedStudyConfig,
  call: CallOptions,
  known: ReadonlyMap<string, StudyCell>,
  { failFast }: RecordOptions,
  onFailure: (failure: FailedCell) => void,
): AlignmentStudy {
  const { problems, noise, theta, alpha, seeds, noiseDims, n, k } = config;
  const asked = { problems, noise, theta, alpha, seeds, noiseDims, ...(n && { n }), ...(k && { k }) };
  return alignmentStudy({ dataset, ...asked, ...call, known, ...(!failFast && { onFailure }) });
}

/** Follows a study to its end, writing down what was not known. */
async function append(
  folder: string,
  study: AlignmentStudy,
  dataset: StudyDataset,
  noiseDims: number,
  known: ReadonlyMap<string, StudyCell>,
  failures: readonly FailedCell[],
  { onStart, onCell, onFailure }: RecordOptions,
): Promise<{ cells: StudyCell[]; reused: number }> {
  const keyOf = (cell: CellCoordinates) => cellKey(dataset, noiseDims, cell);
  const total = countCells(study.grid);
  let reused = 0;
  // Keys are hashes: not worth their time where none is known.
  const takenOver = (cell: CellCoordinates) => known.size > 0 && known.has(keyOf(cell));
  for (const seed of study.grid.seeds) for (const cell of cellsOf(study.grid, seed)) reused += Number(takenOver(cell));
  onStart?.({ name: dataset.name, total, finished: reused });
  const cells: StudyCell[] = [];
  const file = await openJsonl(join(folder, RESULTS));
  try {
    // Lines are written while the next cells are computed; a line that could not be written ends the study.
    let written: Promise<unknown> = Promise.resolve();
    let fault: unknown;
    const write = (key: string, line: StudyCell | FailedCell) => {
      written = file.append({ key, ...line }).catch((error: unknown) => {
        fault ??= error;
      });
    };
    let told = 0;
    const tellFailures = () => {
      for (; told < failures.length; told++) {
        const failure = failures[told] as FailedCell;
        write(keyOf(failure), failure);
        onFailure?.(failure);
      }
    };
    for await (const cell of study) {
      cells.push(cell);
      tellFailures();
      if (fault !== undefined) throw fault;
      if (takenOver(cell)) continue;
      write(keyOf(cell), cell);
      onCell?.(cell);
    }
    tellFailures();
    await written;
    if (fault !== undefined) throw fault;
  } finally {
    await file.close();
  }
  return { cells, reused };
}

/** By key; a cell that failed is not finished. */
async function finishedCells(path: string): Promise<Map<string, StudyCell>> {
  const cells = new Map<string, StudyCell>();
  if (!existsSync(path)) return cells;
  let number = 0;
  for await (const line of readJsonl(path)) {
    number++;
    if ('error' in line) continue;
    const { key, ...cell } = line as unknown as StudyCell & { key: string };
    if (typeof key !== 'string' || !isCell(cell)) {
      throw new EigenviewError('FILE_FORMAT', `Line ${number} is not a cell of a study.`, {
        file: path,
        expected: 'what eigenview study writes',
        fix: 'Remove the line: the cell is then computed again.',
      });
    }
    cells.set(key, cell);
  }
  return cells;
}

/** What config.json says must hold wherever it is read. */
function withWholePaths(config: ResolvedStudyConfig): ResolvedStudyConfig {
  const { data, labels } = config;
  return {
    ...config,
    ...(data !== undefined && { data: resolve(data) }),
    ...(typeof labels === 'string' && isFile(labels) && { labels: resolve(labels) }),
  };
}

/** A file, not a column that is called like one by chance: it has a folder or an extension. */
function isFile(labels: string): boolean {
  return /[\\/.]/.test(labels) && existsSync(labels);
}

function isCell(cell: Record<keyof StudyCell, unknown>): cell is StudyCell {
  const { problem, distance, angle, threshold, recovers, ...place } = cell;
  const numbers = [
    distance,
    angle,
    threshold ?? 0,
    place.noise,
    place.theta,
    place.k,
    place.alpha,
    place.n,
    place.seed,
  ];
  return (
    PROBLEMS.includes(problem as Problem) &&
    numbers.every(Number.isFinite) &&
    (recovers === null || typeof recovers === 'boolean')
  );
}

async function refuseResults(folder: string): Promise<void> {
  const file = join(folder, RESULTS);
  if (!existsSync(file)) return;
  throw new EigenviewError('FILE_EXISTS', 'There are results of an earlier study.', {
    file,
    fix: 'Continue it with --resume (`resume: true`), or choose another folder.',
  });
}

async function readRecord(folder: string): Promise<StudyRecord> {
  const path = join(folder, SUMMARY);
  if (!existsSync(path)) {
    const begun = existsSync(join(folder, CONFIG));
    throw new EigenviewError('FILE_NOT_FOUND', `There is no ${begun ? 'finished ' : ''}study here.`, {
      file: folder,
      expected: `a folder with ${SUMMARY}`,
      fix: begun ? 'Finish it: eigenview study --resume --out with this folder.' : 'Run eigenview study first.',
    });
  }
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw readError(path, cause);
  });
  try {
    const record = JSON.parse(text) as StudyRecord;
    const { name, id, signalDims, noiseDims } = record.dataset;
    const texts = [name, id, record.provenance.version, record.provenance.started];
    if ([signalDims, noiseDims].every(Number.isFinite) && texts.every((item) => typeof item === 'string')) {
      return { ...record, grid: resolveGrid(record.grid, { dims: signalDims, rows: Number.POSITIVE_INFINITY }) };
    }
  } catch {
    // Said below.
  }
  throw new EigenviewError('FILE_FORMAT', 'This is not the summary of a study.', {
    file: path,
    expected: 'what eigenview study writes',
    fix: 'Run the study again with --resume: it writes the summary anew.',
  });
}

async function prepareFolder(path: string): Promise<boolean> {
  const made = await makeFolder(path);
  try {
    await access(path, constants.W_OK);
    return made;
  } catch (cause) {
    throw writeError(path, cause);
  }
}
