/**
 * The records of a zip archive (PKWARE APPNOTE 6.3), as far as npz files use them: one volume, stored or deflated
 * members, 64-bit sizes.
 */
export const LOCAL = 0x04034b50;
export const ENTRY = 0x02014b50;
export const END = 0x06054b50;
export const LOCATOR = 0x07064b50;
export const END64 = 0x06064b50;
export const FULL16 = 0xffff;
export const FULL32 = 0xffffffff;

/** The first version of the format with 64-bit sizes. */
const VERSION = 45;
const UTF8_NAME = 1 << 11;
/** 1 January 1980, the first day there is: the same values give the same file. */
const DATE = 0x21;

export interface StoredMember {
  name: string;
  size: number;
  crc: number;
  /** Where its local header starts. */
  offset: number;
}

/**
 * The header in front of a stored member. Sizes are always 64-bit, as NumPy writes them: one path for small and large.
 */
export function localHeader({ name, size, crc }: StoredMember): Uint8Array {
  const bytes = Buffer.from(name, 'utf8');
  const header = Buffer.alloc(30 + bytes.length + 20);
  header.writeUInt32LE(LOCAL, 0);
  common(header.subarray(4), bytes.length, 20, crc);
  bytes.copy(header, 30);
  wide(header.subarray(30 + bytes.length), [size, size]);
  return header;
}

/** The directory and the records behind it. @param start where in the archive it will stand */
export function directoryOf(members: readonly StoredMember[], start: number): Uint8Array {
  const entries = members.map(({ name, size, crc, offset }) => {
    const bytes = Buffer.from(name, 'utf8');
    const entry = Buffer.alloc(46 + bytes.length + 28);
    entry.writeUInt32LE(ENTRY, 0);
    entry.writeUInt16LE(VERSION, 4);
    common(entry.subarray(6), bytes.length, 28, crc);
    entry.writeUInt32LE(FULL32, 42);
    bytes.copy(entry, 46);
    wide(entry.subarray(46 + bytes.length), [size, size, offset]);
    return entry;
  });
  const length = entries.reduce((sum, entry) => sum + entry.length, 0);
  return Buffer.concat([...entries, endOf(members.length, start, length)]);
}

/** The 64-bit end record, its locator, and the 32-bit end record that points to them by being full. */
function endOf(count: number, start: number, length: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(END64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(VERSION, 12);
  end.writeUInt16LE(VERSION, 14);
  [count, count, length, start].forEach((value, i) => {
    end.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  });
  end.writeUInt32LE(LOCATOR, 56);
  end.writeBigUInt64LE(BigInt(start + length), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(END, 76);
  end.fill(0xff, 84, 96);
  return end;
}

/** The fields that a local header and a directory entry share, from "version needed" on. */
function common(record: Buffer, nameLength: number, extraLength: number, crc: number): void {
  record.writeUInt16LE(VERSION, 0);
  record.writeUInt16LE(UTF8_NAME, 2);
  record.writeUInt16LE(DATE, 8);
  record.writeUInt32LE(crc, 10);
  record.fill(0xff, 14, 22);
  record.writeUInt16LE(nameLength, 22);
  record.writeUInt16LE(extraLength, 24);
}

function wide(record: Buffer, values: readonly number[]): void {
  record.writeUInt16LE(1, 0);
  record.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => {
    record.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  });
}
