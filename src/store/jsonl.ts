import { type FileHandle, open } from 'node:fs/promises';
import { describe, EigenviewError } from '../errors.js';
import { checkOptions } from '../matrix/check.js';
import { checkPath, checkRegular, openFile, readError, writeError } from './files.js';
import { LineReader } from './lines.js';

const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;

/** What a line holds: an object of finite numbers, text, booleans, null, and arrays and objects of those. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export interface JsonlWriter {
  /**
   * Writes one record as one line; lines keep the order of the calls. Properties that are `undefined` are left out.
   *
   * @throws EigenviewError `NOT_FINITE` for NaN or an infinity and `INVALID_ARGUMENT` for what JSON cannot hold, before
   * anything is written; `FILE_IO` when the line could not be written whole, and then none of it stays.
   */
  append(record: JsonRecord): Promise<void>;
  /** Waits for the lines under way, flushes them to the disk and closes the file. */
  close(): Promise<void>;
}

/** What was left of a line whose writer was stopped. */
export interface TornLine {
  /** Counted from 1. */
  line: number;
  /** Where it starts in the file. */
  offset: number;
  bytes: number;
}

/**
 * Opens a file of JSON lines for appending, and creates it if need be. A line counts once its line end is written: the
 * torn last line that a stopped writer left behind is cut off, so that the next record starts on its own line.
 *
 * @throws EigenviewError `FILE_IO`, or `FILE_FORMAT` for a file whose unfinished last line is no record
 * @example
 * ```ts
 * const log = await openJsonl('cells.jsonl');
 * await log.append({ alpha: 0.1, risk: 0.25 });
 * await log.close();
 * ```
 */
export async function openJsonl(path: string): Promise<JsonlWriter> {
  checkPath('path', path);
  const handle = await open(path, 'a+').catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  let size: number;
  try {
    checkRegular(path, await handle.stat());
    size = await cutTornLine(path, handle);
  } catch (cause) {
    await handle.close();
    throw writeError(path, cause);
  }
  let tail: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;
  // Lines that wait for the one under way are written together.
  let waiting: Buffer[] = [];
  let next: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    const lines = Buffer.concat(waiting);
    waiting = [];
    next = undefined;
    try {
      const { bytesWritten } = await handle.write(lines);
      if (bytesWritten < lines.length) throw new Error(`${bytesWritten} of ${lines.length} bytes were taken`);
      size += lines.length;
    } catch (cause) {
      await handle.truncate(size).catch(() => undefined);
      throw writeError(path, cause);
    }
  };
  const finish = async (): Promise<void> => {
    try {
      await tail;
      await handle.datasync();
    } catch (cause) {
      throw writeError(path, cause);
    } finally {
      await handle.close();
    }
  };
  return {
    async append(record) {
      if (closed !== undefined) {
        throw new EigenviewError('INVALID_ARGUMENT', 'A record came after the file was closed.', { file: path });
      }
      waiting.push(Buffer.from(`${encodeRecord(record)}\n`));
      if (next === undefined) {
        next = tail.then(write);
        tail = next.catch(() => undefined);
      }
      await next;
    },
    close() {
      closed ??= finish();
      return closed;
    },
  };
}

/**
 * The records of a file of JSON lines, in order, one in memory at a time. A last line without its line end was torn off
 * while it was written: it is dropped, and `onTorn` is told.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, or `FILE_FORMAT` for a line that is no JSON object
 * @example
 * ```ts
 * for await (const cell of readJsonl('cells.jsonl')) console.log(cell);
 * ```
 */
export async function* readJsonl(
  path: string,
  options: { onTorn?: (torn: TornLine) => void } = {},
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  checkOptions('readJsonl', options, ['onTorn']);
  const { handle } = await openFile(path);
  try {
    const lines = new LineReader(async (target) => (await handle.read(target, 0, target.length)).bytesRead);
    do {
      while (lines.take()) {
        if (lines.complete) yield decodeRecord(path, lines);
        else options.onTorn?.({ line: lines.line, offset: lines.offset, bytes: lines.to - lines.from });
      }
    } while (await refill(path, lines));
  } finally {
    await handle.close();
  }
}

async function refill(path: string, lines: LineReader): Promise<boolean> {
  try {
    return await lines.refill();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw readError(path, cause);
    throw new EigenviewError('FILE_FORMAT', 'A line has no end.', { file: path, received: cause.message });
  }
}

function encodeRecord(record: unknown): string {
  if (!isPlain(record)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'A record is a plain object.', {
      argument: 'record',
      expected: 'a plain object',
      received: describe(record),
    });
  }
  try {
    return JSON.stringify(record, checkedValue);
  } catch (cause) {
    if (cause instanceof EigenviewError) throw cause;
    throw new EigenviewError('INVALID_ARGUMENT', 'The record cannot be written as JSON.', {
      argument: 'record',
      cause,
    });
  }
}

/** JSON would write NaN as null, a typed array as an object and a function as nothing: refuse them instead. */
function checkedValue(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new EigenviewError('NOT_FINITE', `A record has ${value} under '${key}'.`, {
      argument: key,
      expected: 'finite or null',
      received: String(value),
    });
  }
  const absent = value === undefined && !Array.isArray(this);
  const scalar = value === null || ['number', 'string', 'boolean'].includes(typeof value);
  if (absent || scalar || Array.isArray(value) || isPlain(value)) return value;
  throw new EigenviewError('INVALID_ARGUMENT', `A record has what JSON cannot hold under '${key}'.`, {
    argument: key,
    expected: 'a number, text, boolean, null, array or plain object',
    received: describe(value),
    fix: 'Turn a typed array into a plain one with Array.from.',
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function decodeRecord(path: string, lines: LineReader): Record<string, unknown> {
  const text = Buffer.from(lines.bytes.buffer, lines.from, lines.to - lines.from).toString('utf8');
  const fault = (received: string, cause?: unknown) =>
    new EigenviewError('FILE_FORMAT', `Line ${lines.line} is not a record.`, {
      file: path,
      offset: lines.offset,
      expected: 'a JSON object',
      received,
      fix: 'Remove the line or restore the file.',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw fault(describe(text), cause);
  }
  if (!isPlain(value)) throw fault(describe(value));
  return value;
}

/** Cuts off what stands behind the last line end and returns the length that is left. */
async function cutTornLine(path: string, handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const end = await endOfLastLine(handle, size);
  if (end === size) return size;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, end);
  // A power cut can leave zeros where the line should be. Anything else was never a record: better not to cut it.
  if (buffer[0] !== OPENING_BRACE && buffer[0] !== 0) {
    throw new EigenviewError('FILE_FORMAT', 'The last line has no end and is not a torn record.', {
      file: path,
      offset: end,
      expected: 'a file of JSON lines',
      fix: 'Check the path; end the line if the file was edited by hand.',
    });
  }
  await handle.truncate(end);
  return end;
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(1 << 16);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
