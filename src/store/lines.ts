const PIECE = 1 << 20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Fills the front of an array with the next bytes of a file and says with how many; 0 at the end. */
export type ReadBytes = (target: Uint8Array) => Promise<number>;

/**
 * Cuts a stream of bytes into lines, holding one piece (or one line, if longer) at a time.
 *
 * `take` is synchronous, so that a file of a million lines does not wait a million times: take lines until it says
 * false, then `refill`, until that says false.
 */
export class LineReader {
  /** The line's bytes are `bytes.subarray(from, to)`, without its line end, until the next `refill`. */
  bytes: Uint8Array = new Uint8Array(PIECE);
  from = 0;
  to = 0;
  /** Counted from 1; a quoted field that spans lines counts them all, and `line` is its first. */
  line = 0;
  /** Whether the line ends in a line end, rather than with the file. */
  complete = false;

  private readonly read: ReadBytes;
  private readonly quote: number | undefined;
  private readonly longest: number;
  private next = 0;
  private nextLine = 1;
  private filled = 0;
  private scanned = 0;
  private scannedLines = 0;
  private quoted = false;
  private ended = false;
  /** Offset in the file of `bytes[0]`. */
  private base: number;

  /**
   * @param read where the bytes come from
   * @param options.quote a byte between two of which line ends do not count
   * @param options.base offset in the file of the first byte read
   * @param options.longest a line of more bytes stops `refill` with a RangeError
   */
  constructor(read: ReadBytes, options: { quote?: number; base?: number; longest?: number } = {}) {
    this.read = read;
    this.quote = options.quote;
    this.base = options.base ?? 0;
    this.longest = options.longest ?? 1 << 26;
  }

  /** Offset in the file of the current line. */
  get offset(): number {
    return this.base + this.from;
  }

  /** Whether the file ended inside quotes. */
  get openQuote(): boolean {
    return this.quoted;
  }

  /** Steps to the next line if all of it is in memory. */
  take(): boolean {
    const { bytes, quote, filled } = this;
    let i = this.scanned;
    for (; i < filled; i++) {
      const byte = bytes[i];
      if (byte === quote) this.quoted = !this.quoted;
      else if (byte === NEWLINE) {
        this.scannedLines++;
        if (!this.quoted) break;
      }
    }
    if (i < filled) {
      this.set(i, true);
      this.scanned = this.next = i + 1;
      return true;
    }
    this.scanned = filled;
    if (!this.ended || this.next === filled) return false;
    this.set(filled, false);
    this.next = filled;
    return true;
  }

  /** Brings more bytes into memory; false when there are none. @throws RangeError for a line of more than the limit */
  async refill(): Promise<boolean> {
    if (this.ended) return false;
    this.makeRoom();
    const count = await this.read(this.bytes.subarray(this.filled));
    this.filled += count;
    this.ended = count === 0;
    return !this.ended || this.next < this.filled;
  }

  private set(end: number, complete: boolean): void {
    this.from = this.next;
    this.to = complete && end > this.from && this.bytes[end - 1] === RETURN ? end - 1 : end;
    this.line = this.nextLine;
    this.nextLine += this.scannedLines;
    this.scannedLines = 0;
    this.complete = complete;
  }

  /** Moves the unfinished line to the front, into a larger array once it fills half of this one. */
  private makeRoom(): void {
    const rest = this.filled - this.next;
    if (rest > this.longest) throw new RangeError(`a line of more than ${this.longest} bytes`);
    if (2 * rest > this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes.subarray(this.next));
      this.bytes = larger;
    } else {
      this.bytes.copyWithin(0, this.next, this.filled);
    }
    this.base += this.next;
    this.scanned -= this.next;
    this.next = 0;
    this.filled = rest;
  }
}
