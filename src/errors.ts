/**
 * What went wrong, as a word a program can branch on.
 *
 * | code | meaning |
 * |---|---|
 * | `INVALID_ARGUMENT` | an argument has the wrong type or an impossible value |
 * | `UNKNOWN_OPTION` | an option or setting that does not exist |
 * | `OUT_OF_RANGE` | a number outside its range, such as `k` larger than the dimension |
 * | `SHAPE_MISMATCH` | matrices, chunks or labels whose shapes do not fit together |
 * | `EMPTY` | no rows where at least one is needed |
 * | `NOT_FINITE` | NaN or an infinity in the input |
 * | `NOT_SYMMETRIC` | a matrix that must be symmetric is not |
 * | `NOT_POSITIVE_DEFINITE` | a matrix that must be positive (semi-)definite is not |
 * | `SINGULAR` | a matrix that must be invertible is not, to working precision |
 * | `NO_CONVERGENCE` | an iterative LAPACK routine gave up |
 * | `DETACHED` | an array's buffer was transferred away before or during the call |
 * | `TOO_LARGE` | more elements than 32-bit LAPACK, or one array, can hold |
 * | `OUT_OF_MEMORY` | an allocation failed |
 * | `FILE_NOT_FOUND` | a file or folder that does not exist |
 * | `FILE_FORMAT` | a file that breaks its format; `file` and `offset` say where |
 * | `FILE_IO` | the operating system refused to read or write |
 * | `FILE_EXISTS` | results are there already and would be overwritten |
 * | `IN_USE` | a folder that another process works in |
 * | `CUSTOM_FAILED` | a function of the caller's threw; its error is the cause |
 * | `BACKEND_UNAVAILABLE` | the backend asked for cannot be loaded here |
 * | `INTERNAL` | a defect of this package; please report it |
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNKNOWN_OPTION'
  | 'OUT_OF_RANGE'
  | 'SHAPE_MISMATCH'
  | 'EMPTY'
  | 'NOT_FINITE'
  | 'NOT_SYMMETRIC'
  | 'NOT_POSITIVE_DEFINITE'
  | 'SINGULAR'
  | 'NO_CONVERGENCE'
  | 'DETACHED'
  | 'TOO_LARGE'
  | 'OUT_OF_MEMORY'
  | 'FILE_NOT_FOUND'
  | 'FILE_FORMAT'
  | 'FILE_IO'
  | 'FILE_EXISTS'
  | 'IN_USE'
  | 'CUSTOM_FAILED'
  | 'BACKEND_UNAVAILABLE'
  | 'INTERNAL';

/** The facts of a failure; the message is composed from them. */
export interface ErrorDetails {
  /** Name of the offending argument, option or setting. */
  argument?: string;
  /** What would have been accepted. */
  expected?: string;
  /** What came instead. */
  received?: string;
  /** What to do about it. */
  fix?: string;
  /** The file at fault. */
  file?: string;
  /** Byte offset into that file, after decompression. */
  offset?: number;
  /** The unit vector along which a matrix is singular or indefinite. */
  direction?: Float64Array;
  cause?: unknown;
}

/**
 * The one error class of the package.
 *
 * @example
 * ```ts
 * try { new Matrix(2, 2, new Float64Array(3)); } catch (e) {
 *   if (e instanceof EigenviewError) console.log(e.code, e.argument); // SHAPE_MISMATCH data
 * }
 * ```
 */
export class EigenviewError extends Error {
  override readonly name = 'EigenviewError';
  readonly code: ErrorCode;
  readonly argument?: string;
  readonly expected?: string;
  readonly received?: string;
  readonly fix?: string;
  readonly file?: string;
  readonly offset?: number;
  readonly direction?: Float64Array;

  constructor(code: ErrorCode, summary: string, details: ErrorDetails = {}) {
    const { cause, ...facts } = details;
    super(compose(summary, facts), cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, facts);
  }
}

function compose(summary: string, facts: ErrorDetails): string {
  const parts = [summary];
  if (facts.file !== undefined) {
    parts[0] = `${facts.file}${facts.offset === undefined ? '' : ` at byte ${facts.offset}`}: ${summary}`;
  }
  if (facts.expected !== undefined) {
    const received = facts.received === undefined ? '' : ` but received ${facts.received}`;
    parts.push(
      `Expected ${facts.argument === undefined ? '' : `${facts.argument} to be `}${facts.expected}${received}.`,
    );
  }
  if (facts.fix !== undefined) parts.push(facts.fix);
  return parts.join(' ');
}

/** How a value is named in a message: its kind and, when short, its content. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (ArrayBuffer.isView(value)) {
    return `a ${value.constructor.name}${'length' in value ? ` of length ${value.length}` : ''}`;
  }
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value.constructor?.name === 'Object'
        ? 'a plain object'
        : `a ${value.constructor?.name ?? 'null-prototype object'}`;
    default:
      return `a ${typeof value}`;
  }
}
