import type { FileHandle } from 'node:fs/promises';
import { EigenviewError, type ErrorDetails } from '../errors.js';
import { openFile, readError, systemCode } from '../store/files.js';
import { crc32 } from './crc32.js';
import { type ByteStream, inflatedStream, rawStream, TrailingBytes } from './inflate.js';

/** Makes the `FILE_FORMAT` error of the file at hand. */
export type Fault = (summary: string, facts: ErrorDetails) => EigenviewError;

/** A file inside a zip archive. */
export interface Member {
  name: string;
  /** Where its bytes start in the archive, and how many there are. */
  start: number;
  packed: number;
  deflated: boolean;
  /** Once decompressed. */
  size: number;
  crc: number;
}

/** deflate codes at most 258 bytes in 2 bits, and a little more: no stream grows further than this (zlib's own figure). */
export const LARGEST_GROWTH = 1032;

/**
 * The bytes of a file from front to back: decompressed if it starts like gzip (whatever its name), or those of one member
 * of a zip archive. Everything that does not fit the format becomes a `FILE_FORMAT` that says where.
 */
export class ByteReader {
  /** How many bytes there are, if that is known without decompressing. */
  readonly size: number | undefined;
  readonly path: string;
  /** Position in the decompressed bytes. */
  offset = 0;

  private readonly member: Member | undefined;
  private readonly handle: FileHandle;
  private readonly stream: ByteStream;
  /** An upper bound of `size`. */
  private readonly limit: number;
  private crc = 0;

  private constructor(path: string, member: Member | undefined, handle: FileHandle, length: number, gzip: boolean) {
    this.path = path;
    this.member = member;
    this.handle = handle;
    const packed = gzip || (member?.deflated === true && member.packed > 0);
    const bytes = member?.packed ?? length;
    const start = member?.start ?? 0;
    this.stream = packed
      ? inflatedStream(handle, start, bytes, gzip ? 'gzip' : 'raw')
      : rawStream(handle, start, bytes);
    this.size = member?.size ?? (gzip ? undefined : length);
    this.limit = packed ? LARGEST_GROWTH * bytes : bytes;
  }

  /** @throws EigenviewError `FILE_NOT_FOUND` or `FILE_IO` */
  static async open(path: string, member?: Member): Promise<ByteReader> {
    const { handle, size } = await openFile(path);
    try {
      const magic = Buffer.alloc(2);
      if (member === undefined) await handle.read(magic, 0, 2, 0);
      return new ByteReader(path, member, handle, size, magic.readUInt16BE() === 0x1f8b);
    } catch (cause) {
      await handle.close();
      throw readError(path, cause);
    }
  }

  /** Opens, uses and closes. */
  static async with<T>(path: string, member: Member | undefined, use: (reader: ByteReader) => Promise<T>): Promise<T> {
    const reader = await ByteReader.open(path, member);
    try {
      return await use(reader);
    } finally {
      await reader.close();
    }
  }

  /** Fills the front of an array with as many bytes as come at once; 0 only at the end. */
  async some(target: Uint8Array): Promise<number> {
    let count: number;
    try {
      count = await this.stream.read(target);
    } catch (cause) {
      throw this.readFault(cause);
    }
    this.offset += count;
    if (this.member !== undefined) this.crc = crc32(target.subarray(0, count), this.crc);
    return count;
  }

  /** Fills an array. @throws EigenviewError `FILE_FORMAT` when the file ends before */
  async fill<Bytes extends Uint8Array>(target: Bytes, what: string): Promise<Bytes> {
    for (let done = 0; done < target.length; ) {
      const count = await this.some(target.subarray(done));
      if (count === 0) {
        throw this.fault('The file ends too early.', {
          expected: `${target.length - done} more bytes of ${what}`,
          received: 'the end of the file',
        });
      }
      done += count;
    }
    return target;
  }

  /** Compares what a header promises with the size of the file, before anything of that size is allocated. */
  expectSize(promised: number, what: string): void {
    const { size, limit } = this;
    if (size === undefined ? promised <= limit : promised === size) return;
    const received = size === undefined ? `a file that cannot hold more than ${limit}` : `${size}`;
    throw this.fault(promised < (size ?? 0) ? 'The file is too long.' : 'The file is too short.', {
      offset: Math.min(promised, size ?? this.offset),
      expected: `${promised} bytes for ${what}`,
      received,
    });
  }

  /** Checks that nothing follows, and the checksum with it. */
  async end(): Promise<void> {
    const at = this.offset;
    if ((await this.some(new Uint8Array(1))) > 0) {
      throw this.fault('There are bytes behind the end of the data.', {
        offset: at,
        expected: 'the end of the file',
        received: 'more bytes',
      });
    }
    if (this.member !== undefined && this.crc !== this.member.crc) {
      throw this.fault('The checksum does not match: the data are damaged.', {
        expected: `CRC-32 ${this.member.crc.toString(16)}`,
        received: this.crc.toString(16),
      });
    }
  }

  /** A `FILE_FORMAT` error at this or the given position. */
  fault(summary: string, facts: ErrorDetails = {}): EigenviewError {
    const where = this.member === undefined ? '' : `In ${this.member.name}: `;
    return new EigenviewError('FILE_FORMAT', where + summary, { file: this.path, offset: this.offset, ...facts });
  }

  async close(): Promise<void> {
    await this.stream.close();
    await this.handle.close();
  }

  private readFault(cause: unknown): EigenviewError {
    if (cause instanceof TrailingBytes) {
      return this.fault('There are bytes behind the end of the compressed stream.', {
        expected: 'the end of the file',
        received: 'more bytes',
      });
    }
    const code = systemCode(cause);
    if (code === undefined || !code.startsWith('Z_')) return readError(this.path, cause);
    const early = code === 'Z_BUF_ERROR';
    return this.fault(early ? 'The compressed stream ends too early.' : 'The compressed stream is damaged.', {
      expected: 'a whole deflate stream',
      received: (cause as Error).message,
      fix: 'Copy or download the file again.',
      cause,
    });
  }
}
