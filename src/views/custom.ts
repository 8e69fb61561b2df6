import { normals, uniforms } from '../backends/js/views/draw.js';
import type { RowDraws } from '../backends/views.js';
import { describe, EigenviewError, type ErrorCode } from '../errors.js';
import { checkInteger, checkOptions } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { untilAborted } from '../runtime/turn.js';
import type { ViewProcess } from './view-process.js';

/** What a custom function is told beside its batch. */
export interface CustomDraws {
  /** Index of the sample of each row. */
  readonly samples: Float64Array;
  /** Index of the view of each row: rows of one sample differ in it. */
  readonly views: Uint32Array;
  /** `count` uniforms in [0, 1) for a row, the same for the same seed, sample and view. */
  uniforms(row: number, count: number): Float64Array;
  /** `count` standard normals for a row. They share their random words with the uniforms: use one or the other. */
  normals(row: number, count: number): Float64Array;
}

/** A batch of samples, B×d, to one view of each, B×d′. */
export type CustomFunction = (batch: Matrix, draws: CustomDraws) => Matrix | Promise<Matrix>;

export interface CustomOptions {
  /** For reports; default `custom`. */
  name?: string;
  /** Numbers of a view; default as many as of a sample. Needs `input`. */
  output?: number;
  /** Numbers of a sample; default any. */
  input?: number;
}

/** Rows that one call of a custom function gets at most. */
export const CUSTOM_BATCH = 256;

export interface CustomStep {
  readonly kind: 'custom';
  readonly name: string;
  readonly output: number;
  readonly draw: CustomFunction;
}

/**
 * A process by a JavaScript function over batches: the slow path, for what the package does not know. The function runs on
 * the JavaScript thread, in batches of at most 256 rows, and must be pure: the same batch and draws give the same views.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `UNKNOWN_OPTION`. When views are drawn, `CUSTOM_FAILED` if the
 * function throws, `INVALID_ARGUMENT`, `SHAPE_MISMATCH`, `NOT_FINITE` or `DETACHED` if it returns anything but a Matrix of B×d′
 * finite numbers
 * @example
 * ```ts
 * const negated = customViews((batch) => new Matrix(batch.rows, batch.cols, batch.data.map((x) => -x)));
 * ```
 */
export function customViews(draw: CustomFunction, options: CustomOptions = {}): ViewProcess {
  checkOptions('customViews', options, ['name', 'input', 'output']);
  const { name = 'custom', input, output = input } = options;
  if (typeof draw !== 'function') {
    throw new EigenviewError('INVALID_ARGUMENT', 'Custom views are made by a function.', {
      argument: 'draw',
      expected: 'a function from a batch to its views',
      received: describe(draw),
    });
  }
  if (typeof name !== 'string') {
    throw new EigenviewError('INVALID_ARGUMENT', 'The name of a process is a string.', {
      argument: 'name',
      expected: 'a string',
      received: describe(name),
    });
  }
  if (input !== undefined) checkInteger('input', input, { min: 1 });
  if (output !== undefined) {
    checkInteger('input', input, { min: 1 });
    checkInteger('output', output, { min: 1 });
  }
  return {
    name,
    dimensions: input === undefined ? undefined : { input, output: output as number },
    step: async (dim) => ({ kind: 'custom', name, output: output ?? dim, draw }),
  };
}

/** Runs a custom step, batch by batch, and checks what it returns. */
export async function runCustom(
  step: CustomStep,
  x: Matrix,
  draws: RowDraws,
  number: number,
  signal: AbortSignal | undefined,
): Promise<Matrix> {
  const all = new Matrix(x.rows, step.output);
  for (let from = 0; from < x.rows; from += CUSTOM_BATCH) {
    signal?.throwIfAborted();
    const to = Math.min(x.rows, from + CUSTOM_BATCH);
    // A copy: the function may do with it as it likes.
    const batch = new Matrix(to - from, x.cols, Float64Array.from(x.data.subarray(from * x.cols, to * x.cols)));
    const told = drawsOf(draws, from, to, number);
    let views: unknown;
    try {
      views = await untilAborted(step.draw(batch, told), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      throw failed('CUSTOM_FAILED', step, `It threw: ${cause instanceof Error ? cause.message : describe(cause)}.`, {
        cause,
      });
    }
    all.data.set(checkViewsOf(step, views, to - from).data, from * step.output);
  }
  return all;
}

function drawsOf({ seed, samples, views }: RowDraws, from: number, to: number, step: number): CustomDraws {
  const at = (row: number) => {
    checkInteger('row', row, { min: 0, max: to - from - 1 });
    return { seed, sample: samples[from + row] as number, view: views[from + row] as number, step };
  };
  return {
    samples: samples.slice(from, to),
    views: views.slice(from, to),
    uniforms: (row, count) => uniforms(at(row), 0, numbers(count)),
    normals: (row, count) => normals(at(row), 0, numbers(count)),
  };
}

/** Numbers that a step's words are enough for. */
function numbers(count: number): Float64Array {
  checkInteger('count', count, { min: 0, max: 2 ** 26 });
  return new Float64Array(count);
}

function checkViewsOf(step: CustomStep, views: unknown, rows: number): Matrix {
  const expected = `a Matrix, ${rows}×${step.output}`;
  if (!(views instanceof Matrix)) {
    throw failed('INVALID_ARGUMENT', step, 'It returned no matrix.', { expected, received: describe(views) });
  }
  if (views.rows !== rows || views.cols !== step.output) {
    const received = `${views.rows}×${views.cols}`;
    throw failed('SHAPE_MISMATCH', step, 'It returned something else than one view of each row.', {
      expected,
      received,
    });
  }
  if (views.data.length < rows * step.output) {
    throw failed('DETACHED', step, 'It returned a matrix whose array it has transferred away.', { expected });
  }
  const at = views.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return views;
  throw failed('NOT_FINITE', step, 'It returned a number that is not finite.', {
    expected: 'finite numbers',
    received: `${views.data[at]} in row ${Math.floor(at / views.cols)}, column ${at % views.cols} of its batch`,
  });
}

function failed(
  code: ErrorCode,
  step: CustomStep,
  what: string,
  details: { expected?: string; received?: string; cause?: unknown },
): EigenviewError {
  return new EigenviewError(code, `The custom views '${step.name}' failed. ${what}`, {
    argument: 'views',
    ...details,
    fix: 'Correct the function given to customViews.',
  });
}
