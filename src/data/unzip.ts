import type { FileHandle } from 'node:fs/promises';
import { EigenviewError, type ErrorDetails } from '../errors.js';
import { openFile, readError } from '../store/files.js';
import { LARGEST_GROWTH, type Member } from './bytes.js';
import { END, END64, ENTRY, FULL16, FULL32, LOCAL, LOCATOR } from './zip.js';

const LARGEST_DIRECTORY = 64 << 20;

interface Directory {
  /** Where the directory starts, which is where the members end. */
  start: number;
  length: number;
  count: number;
}

/** The members of an archive, in its directory's order. @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO` or `FILE_FORMAT` */
export async function readZip(path: string): Promise<Member[]> {
  const { handle, size } = await openFile(path);
  try {
    const archive = new Archive(path, handle, size);
    const directory = await archive.directory();
    return await archive.members(directory);
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    await handle.close();
  }
}

class Archive {
  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {}

  /** The last record of the file says where the directory is; behind it there is only a comment. */
  async directory(): Promise<Directory> {
    const tailLength = Math.min(this.size, 22 + FULL16);
    const tailStart = this.size - tailLength;
    const tail = await this.read(tailStart, tailLength);
    for (let at = tailLength - 22; at >= 0; at--) {
      if (tail.readUInt32LE(at) !== END || at + 22 + tail.readUInt16LE(at + 20) !== tailLength) continue;
      const end = tail.subarray(at);
      const short = {
        count: end.readUInt16LE(10),
        length: end.readUInt32LE(12),
        start: end.readUInt32LE(16),
      };
      const full = short.count === FULL16 || short.length === FULL32 || short.start === FULL32;
      return full ? this.directory64(tailStart + at) : this.checked(short, tailStart + at);
    }
    throw this.fault(this.size, 'This is not a zip archive, or its end is cut off.', {
      expected: 'an end-of-directory record',
    });
  }

  private async directory64(end: number): Promise<Directory> {
    const locator = await this.read(end - 20, 20);
    const at = Number(locator.readBigUInt64LE(8));
    this.signature(locator, LOCATOR, end - 20);
    const record = await this.read(at, 56);
    this.signature(record, END64, at);
    const number = (offset: number) => Number(record.readBigUInt64LE(offset));
    return this.checked({ count: number(32), length: number(40), start: number(48) }, at);
  }

  private checked(directory: Directory, end: number): Directory {
    const { start, length, count } = directory;
    if (start + length === end && length <= LARGEST_DIRECTORY && 46 * count <= length) return directory;
    throw this.fault(end, 'The directory of the archive does not fit the file.', {
      expected: `a directory that ends at byte ${end}`,
      received: `${count} entries in ${length} bytes from ${start}`,
    });
  }

  async members({ start, length, count }: Directory): Promise<Member[]> {
    const bytes = await this.read(start, length);
    const members: Member[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + 46 > length)
        throw this.fault(start + at, 'The directory ends too early.', { expected: `${count} entries` });
      this.signature(bytes.subarray(at), ENTRY, start + at);
      const end = at + 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
      if (end > length) throw this.fault(start + at, 'An entry runs over the end of the directory.');
      members.push(await this.member(bytes.subarray(at, end), start + at, start));
      at = end;
    }
    if (at !== length) throw this.fault(start + at, 'The directory is longer than its entries.');
    return members;
  }

  /** @param limit where the members end */
  private async member(entry: Buffer, offset: number, limit: number): Promise<Member> {
    const nameLength = entry.readUInt16LE(28);
    const name = entry.toString('utf8', 46, 46 + nameLength);
    const fault = (summary: string, facts: ErrorDetails = {}) => this.fault(offset, `In ${name}: ${summary}`, facts);
    const method = entry.readUInt16LE(10);
    if (method !== 0 && method !== 8) {
      throw fault('The compression method is not supported.', { expected: '0 or 8', received: String(method) });
    }
    if (entry.readUInt16LE(8) & 1) throw fault('The member is encrypted.', { fix: 'Decrypt the archive first.' });
    const deflated = method === 8;
    const wide = wideFields(entry, 46 + nameLength, entry.readUInt16LE(30));
    const field = (at: number) => {
      const value = entry.readUInt32LE(at);
      if (value !== FULL32) return value;
      const next = wide.shift();
      if (next === undefined) throw fault('The 64-bit sizes are missing.');
      return next;
    };
    const [size, packed, local] = [field(24), field(20), field(42)];
    if (deflated ? size > LARGEST_GROWTH * packed : size !== packed) {
      throw fault('The sizes do not fit together.', { received: `${packed} bytes for ${size}` });
    }
    const header = await this.read(local, 30);
    this.signature(header, LOCAL, local);
    const start = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (start + packed > limit)
      throw fault('The member runs into the directory.', { expected: `at most ${limit - start}` });
    return { name, start, packed, deflated, size, crc: entry.readUInt32LE(16) };
  }

  private async read(start: number, length: number): Promise<Buffer> {
    if (start < 0 || start + length > this.size) {
      throw this.fault(Math.min(Math.max(start, 0), this.size), 'The archive points outside the file.', {
        expected: `${length} bytes from ${start}`,
        received: `a file of ${this.size}`,
      });
    }
    const buffer = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.handle.read(buffer, done, length - done, start + done);
      if (bytesRead === 0) throw this.fault(start + done, 'The file ends too early.');
      done += bytesRead;
    }
    return buffer;
  }

  private signature(record: Buffer, expected: number, offset: number): void {
    const received = record.readUInt32LE();
    if (received === expected) return;
    throw this.fault(offset, 'A record of the archive is missing.', {
      expected: `the signature ${expected.toString(16)}`,
      received: received.toString(16),
    });
  }

  private fault(offset: number, summary: string, facts: ErrorDetails = {}): EigenviewError {
    return new EigenviewError('FILE_FORMAT', summary, { file: this.path, offset, ...facts });
  }
}

/** The 64-bit values of an entry's extra field 1, in the order of the 32-bit fields they stand for. */
function wideFields(entry: Buffer, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const end = at + 4 + entry.readUInt16LE(at + 2);
    if (entry.readUInt16LE(at) === 1 && end <= start + length) {
      return Array.from({ length: Math.floor((end - at - 4) / 8) }, (_, i) =>
        Number(entry.readBigUInt64LE(at + 4 + 8 * i)),
      );
    }
    at = end;
  }
  return [];
}
