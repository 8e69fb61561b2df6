/** A training run on the disk: one JSON file, written whole or not at all. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, EigenviewError } from '../errors.js';
import { checkBoolean, checkInteger, checkNumber, checkOptions, shape } from '../matrix/check.js';
import type { Matrix } from '../matrix/matrix.js';
import { writeAtomically } from '../store/atomic.js';
import { checkPath, readError } from '../store/files.js';
import { decodeMatrix, encodeMatrix } from './matrix-json.js';
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

/** What must be the same for a run to be the same, by name. */
export type Fingerprint = Readonly<Record<string, unknown>>;

const FORMAT = 'eigenview.training';
const VERSION = 1;

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
 * Where to go on from; undefined where nothing was written yet.
 *
 * @param begin where the run begins: what is read has its shapes
 * @throws EigenviewError `FILE_EXISTS` for a file and no `resume`; `FILE_FORMAT`; `FILE_IO`; `INVALID_ARGUMENT` for the
 * checkpoint of another run, naming in what it differs
 */
export async function readCheckpoint(
  path: string,
  resume: boolean,
  fingerprint: Fingerprint,
  begin: Progress,
): Promise<Progress | undefined> {
  if (!existsSync(path)) return undefined;
  if (!resume) {
    throw new EigenviewError('FILE_EXISTS', 'There is a checkpoint of an earlier run.', {
      file: path,
      fix: 'Continue it with `resume: true`, or choose another path.',
    });
  }
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw readError(path, cause);
  });
  const { of, ...fields } = parse(path, text);
  checkSame(path, of, fingerprint);
  try {
    return progressOf(fields, begin);
  } catch (cause) {
    throw malformed(path, cause);
  }
}

export async function writeCheckpoint(path: string, progress: Progress, fingerprint: Fingerprint): Promise<void> {
  const { parameters, target, memory, ...rest } = progress;
  const matrices = {
    parameters: parameters.map(encodeMatrix),
    memory: memory.map(encodeMatrix),
    ...(target && { target: encodeMatrix(target) }),
  };
  await writeAtomically(
    path,
    `${JSON.stringify({ format: FORMAT, version: VERSION, of: fingerprint, ...rest, ...matrices })}\n`,
  );
}

type Fields = Record<keyof Progress, unknown>;

function parse(path: string, text: string): Fields & { of: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformed(path, cause);
  }
  const { format, version } = (value ?? {}) as Record<string, unknown>;
  if (format !== FORMAT || version !== VERSION) throw malformed(path);
  return value as Fields & { of: unknown };
}

function malformed(path: string, cause?: unknown): EigenviewError {
  return new EigenviewError('FILE_FORMAT', 'This is not the checkpoint of a training run.', {
    file: path,
    expected: 'what trainLinear writes',
    fix: 'Choose another path, or remove the file to begin anew.',
    cause,
  });
}

function checkSame(path: string, of: unknown, fingerprint: Fingerprint): void {
  const known = (of ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(fingerprint)) {
    // As the file has it: JSON knows no undefined.
    const [before, now] = [JSON.stringify(known[name] ?? null), JSON.stringify(value ?? null)];
    if (before === now) continue;
    throw new EigenviewError('INVALID_ARGUMENT', `The checkpoint is of a run with another ${name}.`, {
      argument: name,
      expected: before,
      received: now,
      file: path,
      fix: 'Resume with the same arguments, or choose another path.',
    });
  }
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
    history.length === steps;
  if (!fits) throw new EigenviewError('SHAPE_MISMATCH', 'The parts of the checkpoint do not fit together.');
}

function checkRecord(value: unknown, at: number): TrainingRecord {
  const { step, loss, parts } = (value ?? {}) as Partial<TrainingRecord>;
  checkInteger(`history[${at}].step`, step, { min: at, max: at });
  checkNumber(`history[${at}].loss`, loss);
  checkOptions(`history[${at}].parts`, parts, Object.keys(parts ?? {}));
  return { step, loss, parts: parts ?? {} };
}

function checkArray(argument: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new EigenviewError('INVALID_ARGUMENT', `${argument} are a list.`, {
    argument,
    expected: 'an array',
    received: describe(value),
  });
}
