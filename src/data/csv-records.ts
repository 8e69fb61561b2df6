import type { EigenviewError, ErrorDetails } from '../errors.js';
import { LineReader } from '../store/lines.js';
import type { ByteReader } from './bytes.js';

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = 'efbbbf';

/**
 * The records of a CSV file (RFC 4180): quoted fields may hold delimiters, line ends and doubled quotes. Blank lines are
 * allowed at the end only. With a space as delimiter, any run of spaces and tabs separates.
 */
export class RecordReader {
  /** The fields of the record are `bytes.subarray(starts[j], ends[j])`, without quotes, for j < count. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  count = 0;

  private readonly reader: ByteReader;
  private readonly lines: LineReader;
  private blank: { line: number; offset: number } | undefined;

  private constructor(reader: ByteReader, lines: LineReader) {
    this.reader = reader;
    this.lines = lines;
  }

  static async open(reader: ByteReader): Promise<RecordReader> {
    const start = new Uint8Array(3);
    let length = 0;
    for (let count = -1; count !== 0 && length < 3; length += count) count = await reader.some(start.subarray(length));
    const magic = Buffer.from(start).toString('hex');
    if (magic.startsWith('fffe') || magic.startsWith('feff')) {
      throw reader.fault('This is UTF-16 text.', { offset: 0, expected: 'UTF-8', fix: 'Save the file as UTF-8.' });
    }
    const base = magic === BYTE_ORDER_MARK ? 3 : 0;
    let rest = start.subarray(base, length);
    const read = async (target: Uint8Array) => {
      if (rest.length === 0) return reader.some(target);
      target.set(rest);
      const { length } = rest;
      rest = rest.subarray(length);
      return length;
    };
    return new RecordReader(reader, new LineReader(read, { quote: QUOTE, base }));
  }

  get bytes(): Uint8Array {
    return this.lines.bytes;
  }

  /** The line the record starts on, counted from 1. */
  get line(): number {
    return this.lines.line;
  }

  /** Steps to the next record; false at the end of the file. Only when memory holds no whole record is there a wait. */
  next(): boolean | Promise<boolean> {
    return this.take() || this.more();
  }

  private async more(): Promise<boolean> {
    try {
      while (await this.lines.refill()) if (this.take()) return true;
      return false;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw this.reader.fault(`There is ${cause.message}.`, { fix: 'Check the line ends and the quotes.' });
    }
  }

  private take(): boolean {
    const { lines } = this;
    while (lines.take()) {
      if (lines.openQuote)
        throw this.fault('a quoted field does not end.', lines.from, { expected: 'a closing quote' });
      if (!this.isBlank()) {
        if (this.blank === undefined) return true;
        throw this.reader.fault(`Line ${this.blank.line} is blank.`, { offset: this.blank.offset, expected: 'a row' });
      }
      this.blank ??= { line: lines.line, offset: lines.offset };
    }
    return false;
  }

  private isBlank(): boolean {
    const { bytes, from, to } = this.lines;
    return bytes.subarray(from, to).every((byte) => byte === SPACE);
  }

  /** Finds the fields of the record. @param delimiter a character code */
  split(delimiter: number): void {
    const { bytes, from, to } = this.lines;
    const runs = delimiter === SPACE;
    this.count = 0;
    let i = skipBlanks(bytes, from, to, delimiter);
    for (;;) {
      i = bytes[i] === QUOTE && i < to ? this.quoted(i, delimiter) : this.plain(i, delimiter);
      if (i === to) return;
      i = skipBlanks(bytes, i + 1, to, delimiter);
      if (runs && i === to) return;
    }
  }

  /** Takes in the field that starts here and returns where its delimiter is, or the end. */
  private plain(start: number, delimiter: number): number {
    const { bytes, to } = this.lines;
    let i = start;
    for (; i < to && !separates(bytes[i] as number, delimiter); i++) {
      if (bytes[i] === QUOTE) throw this.fault('a quote stands inside a field.', i, QUOTES);
    }
    let end = i;
    while (end > start && isBlankByte(bytes[end - 1] as number)) end--;
    this.add(start, end);
    return i;
  }

  private quoted(start: number, delimiter: number): number {
    const { bytes, to } = this.lines;
    let i = start + 1;
    while (i < to && (bytes[i] !== QUOTE || (i + 1 < to && bytes[i + 1] === QUOTE))) i += bytes[i] === QUOTE ? 2 : 1;
    this.add(start + 1, i);
    const next = skipBlanks(bytes, i + 1, to, delimiter);
    if (next < to && !separates(bytes[next] as number, delimiter)) {
      if (delimiter !== SPACE || next === i + 1) throw this.fault('text follows a closing quote.', next, QUOTES);
      return next - 1;
    }
    return Math.min(next, to);
  }

  private add(start: number, end: number): void {
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }

  /** Field j as text, with doubled quotes made single. @throws EigenviewError `FILE_FORMAT` unless it is UTF-8 */
  text(j: number): string {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(this.bytes.subarray(this.starts[j], this.ends[j]));
      return text.replaceAll('""', '"');
    } catch {
      throw this.fault(`column ${j + 1} is not UTF-8 text.`, this.starts[j] as number, {
        fix: 'Save the file as UTF-8.',
      });
    }
  }

  /** A `FILE_FORMAT` error in the record, at a position in `bytes`. */
  fault(what: string, at: number, facts: ErrorDetails = {}): EigenviewError {
    const offset = this.lines.offset + at - this.lines.from;
    return this.reader.fault(`Line ${this.line}: ${what}`, { offset, ...facts });
  }
}

const QUOTES: ErrorDetails = {
  expected: 'quotes around a whole field and doubled inside it',
  fix: 'Check the delimiter and the quotes.',
};

function separates(byte: number, delimiter: number): boolean {
  return byte === delimiter || (delimiter === SPACE && byte === TAB);
}

function isBlankByte(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function skipBlanks(bytes: Uint8Array, from: number, to: number, delimiter: number): number {
  let i = from;
  while (i < to && isBlankByte(bytes[i] as number) && (bytes[i] !== delimiter || delimiter === SPACE)) i++;
  return i;
}
