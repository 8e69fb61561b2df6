/** A training run on the disk: one JSON file, written whole or not at all. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, EigenviewError } from '../errors.js';
import { checkBoolean, checkInteger, checkNumber, checkOptions, shape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { checkWritable, writeAtomically } from '../store/atomic.js';
import { checkPath, readError, statFile } from '../store/files.js';
import { type Fingerprint, sameViews } from './fingerprint.js';
import { decodeMatrix, encodeMatrix } from './matrix-json.js';
import type { Optimizer } from './optimizer.js';
import { OptimizerState } from './optimizer-state.js';

export interface CheckpointOptions {
  /** The file; its folder exists. */
  path: string;
  /** Steps between two writings; it is also written at the end. Default: only at the end. */
  every?: number;
}

/** The loss at one step, before the parameters were changed. */
export interface TrainingRecord {
  /** From 0. */
  step: number;
  loss: number;
  /** The objective's terms by name, unweighted. */
  parts: Record<string, number>;
}

/** Everything that a run goes on from. */
export interface Progress {
  /** Steps that were made. */
  steps: number;
  /** W, then the predictor if there is one. */
  parameters: readonly Matrix[];
  /** The target encoder, if there is one. */
  target: Matrix | undefined;
  /** What the objective keeps between steps. */
  memory: readonly Matrix[];
  optimizer: OptimizerState;
  history: readonly TrainingRecord[];
}

const FORMAT = 'eigenview.training';
const VERSION = 2;

export function checkCheckpoint(checkpoint: unknown, resume: unknown): void {
  if (resume !== undefined) checkBoolean('resume', resume);
  if (checkpoint !== undefined) {
    checkOptions('checkpoint', checkpoint, ['path', 'every']);
    const { path, every } = checkpoint as Partial<CheckpointOptions>;
    checkPath('checkpoint.path', path);
    if (every !== undefined) checkInteger('checkpoint.every', every, { min: 1 });
  } else if (resume === true) {
    throw new EigenviewError('INVALID_ARGUMENT', 'There is nothing to resume from.', {
      argument: 'resume',
      expected: 'to come with a checkpoint',
    });
  }
}

/**
 * Before anything is computed: whether the file may be there, and can be written. What writers that were killed left
 * beside it is removed.
 *
 * @throws EigenviewError `FILE_EXISTS` for a file and no `resume`; `FILE_IO` for a folder or a special file, or where
 * nothing can be written
 */
export async function prepareCheckpoint(path: string, resume: boolean): Promise<void> {
  if ((await isThere(path)) && !resume) {
    throw new EigenviewError('FILE_EXISTS', 'There is a checkpoint of an earlier run.', {
      file: path,
      fix: 'Continue it with `resume: true`, or choose another path.',
    });
  }
  await checkWritable(path);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await statFile(path);
    return true;
  } catch (error) {
    if (error instanceof EigenviewError && error.code === 'FILE_NOT_FOUND') return false;
    throw error;
  }
}

/**
 * Where to go on from; undefined where nothing was written yet.
 *
 * @param begin where the run begins: what is read has its shapes
 * @throws EigenviewError `FILE_FORMAT`; `FILE_IO`; `INVALID_ARGUMENT` for the checkpoint of another run, naming in what
 * it differs
 */
export async function readCheckpoint(
  path: string,
  fingerprint: Fingerprint,
  begin: Progress,
  optimizer: Optimizer,
): Promise<Progress | undefined> {
  if (!(await isThere(path))) return undefined;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw readError(path, cause);
  });
  const { of, ...fields } = parse(path, text);
  checkSame(path, of, fingerprint);
  try {
    const progress = progressOf(fields, begin);
    optimizer.checkState?.(progress.parameters, progress.optimizer);
    return progress;
  } catch (cause) {
    throw malformed(path, cause);
  }
}

/** @throws EigenviewError `FILE_IO`; `TOO_LARGE` for more than a string can hold, about half a gigabyte */
export async function writeCheckpoint(path: string, progress: Progress, fingerprint: Fingerprint): Promise<void> {
  const { parameters, target, memory, ...rest } = progress;
  const matrices = {
    parameters: parameters.map(encodeMatrix),
    memory: memory.map(encodeMatrix),
    ...(target && { target: encodeMatrix(target) }),
  };
  await writeAtomically(path, textOf(path, { of: fingerprint, ...rest, ...matrices }));
}

function textOf(path: string, run: object): string {
  try {
    const text = JSON.stringify(run);
    return `{"format":"${FORMAT}","version":${VERSION},"sha256":"${checksum(text)}","run":${text}}\n`;
  } catch (cause) {
    throw new EigenviewError('TOO_LARGE', 'The checkpoint is longer than a string can be.', {
      file: path,
      fix: 'Train without a checkpoint, or with fewer weights or steps.',
      cause,
    });
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Fields = Record<keyof Progress, unknown>;

/** The run in the file, its checksum verified: JSON that was written and read is written the same again. */
function parse(path: string, text: string): Fields & { of: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed(path, cause);
  }
  const { format, version, sha256, run } = (value ?? {}) as Record<string, unknown>;
  if (format !== FORMAT || version !== VERSION || typeof run !== 'object' || run === null) throw malformed(path);
  if (checksum(JSON.stringify(run)) !== sha256) throw damaged(path);
  return run as Fields & { of: unknown };
}

function malformed(path: string, cause?: unknown): EigenviewError {
  return new EigenviewError('FILE_FORMAT', 'This is not the checkpoint of a training run.', {
    file: path,
    expected: 'what trainLinear writes',
    fix: 'Choose another path, or remove the file to begin anew.',
    cause,
  });
}

function damaged(path: string): EigenviewError {
  return new EigenviewError('FILE_FORMAT', 'The checkpoint was changed after it was written: its checksum differs.', {
    file: path,
    fix: 'Restore the file, or remove it to begin anew.',
  });
}

function checkSame(path: string, of: unknown, fingerprint: Fingerprint): void {
  if (typeof of !== 'object' || of === null) throw malformed(path);
  for (const [name, now] of Object.entries(fingerprint)) {
    if (!Object.hasOwn(of, name)) throw malformed(path);
    const before = (of as Fingerprint)[name];
    const same = name === 'views' ? sameViews(before, now) : JSON.stringify(before) === JSON.stringify(now);
    if (same) continue;
    throw new EigenviewError('INVALID_ARGUMENT', `The checkpoint is of a run with another ${name}.`, {
      argument: name,
      expected: short(before),
      received: short(now),
      file: path,
      fix: 'Resume with the same arguments, or choose another path.',
    });
  }
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function progressOf(fields: Fields, begin: Progress): Progress {
  const { steps, target, optimizer } = fields;
  checkInteger('steps', steps, { min: 0 });
  const progress: Progress = {
    steps,
    parameters: matricesOf('parameters', fields.parameters),
    target: target === undefined ? undefined : decodeMatrix('target', target),
    memory: matricesOf('memory', fields.memory),
    optimizer: OptimizerState.fromJSON(optimizer),
    history: checkArray('history', fields.history).map(checkRecord),
  };
  checkShapes(progress, begin);
  return progress;
}

function matricesOf(argument: string, value: unknown): Matrix[] {
  return checkArray(argument, value).map((matrix, i) => decodeMatrix(`${argument}[${i}]`, matrix));
}

function checkShapes({ steps, parameters, target, memory, optimizer, history }: Progress, begin: Progress): void {
  const shapes = (matrices: readonly (Matrix | undefined)[]) =>
    matrices.map((matrix) => matrix && shape(matrix)).join();
  const k = (begin.parameters[0] as Matrix).rows;
  const fits =
    shapes([...parameters, target]) === shapes([...begin.parameters, begin.target]) &&
    shapes(optimizer.buffers.flat()) === shapes(begin.optimizer.buffers.flat()) &&
    memory.every(({ rows, cols }) => rows === k && cols === k) &&
    optimizer.step === steps &&
    history.length === steps;
  if (!fits) throw new EigenviewError('SHAPE_MISMATCH', 'The parts of the checkpoint do not fit together.');
}

function checkRecord(value: unknown, at: number): TrainingRecord {
  const { step, loss, parts } = (value ?? {}) as Partial<TrainingRecord>;
  checkInteger(`history[${at}].step`, step, { min: at, max: at });
  checkNumber(`history[${at}].loss`, loss);
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) throw invalid('parts', 'an object', parts);
  for (const [name, part] of Object.entries(parts)) checkNumber(`history[${at}].parts.${name}`, part);
  return { step, loss, parts };
}

function checkArray(argument: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(argument, 'an array', value);
}

function invalid(argument: string, expected: string, value: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', `${argument} is something else.`, {
    argument,
    expected,
    received: describe(value),
  });
}
