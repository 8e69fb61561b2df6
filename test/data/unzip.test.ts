import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/data/crc32.js';
import { readZip } from '../../src/data/unzip.js';
import { directoryOf, localHeader } from '../../src/data/zip.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const body = Buffer.from('content');

/** Where the directory entry's fields lie in the archive of one member, counted from its start. */
const ENTRY = 30 + 'a.npy'.length + 20 + body.length;
/** Where its 64-bit sizes and offset lie. */
const WIDE = ENTRY + 46 + 'a.npy'.length + 4;
const END64 = WIDE + 24;

/** An archive of one stored member, changed before it is written. */
function archive(change: (bytes: Buffer) => Buffer | number = (bytes) => bytes): string {
  const member = { name: 'a.npy', size: body.length, crc: crc32(body), offset: 0 };
  const local = localHeader(member);
  const bytes = Buffer.concat([local, body, directoryOf([member], local.length + body.length)]);
  const changed = change(bytes);
  return folder.write('archive.zip', typeof changed === 'number' ? bytes : changed);
}

describe('readZip', () => {
  it('reads what zip writes', async () => {
    expect(await readZip(archive())).toEqual([
      { name: 'a.npy', start: ENTRY - body.length, packed: 7, deflated: false, size: 7, crc: crc32(body) },
    ]);
  });

  it('reads an archive without members, and one with a comment', async () => {
    expect(await readZip(folder.write('empty.zip', directoryOf([], 0)))).toEqual([]);
    const commented = archive((bytes) => {
      bytes.writeUInt16LE(4, bytes.length - 2);
      return Buffer.concat([bytes, Buffer.from('PK\x05\x06')]);
    });
    expect(await readZip(commented)).toHaveLength(1);
  });

  it.each<[string, (bytes: Buffer) => Buffer | number, string]>([
    ['bytes in front', (bytes) => Buffer.concat([Buffer.from('x'), bytes]), 'missing'],
    ['bytes behind', (bytes) => Buffer.concat([bytes, Buffer.from('x')]), 'not a zip archive'],
    ['an encrypted member', (bytes) => bytes.writeUInt16LE(1, ENTRY + 8), 'encrypted'],
    ['another compression', (bytes) => bytes.writeUInt16LE(12, ENTRY + 10), 'compression method'],
    ['sizes that do not fit together', (bytes) => bytes.writeUInt8(8, WIDE), 'sizes'],
    [
      'a size no deflated member has',
      (bytes) => bytes.writeUInt8(8, ENTRY + 10) && bytes.writeUInt16LE(60_000, WIDE),
      'sizes',
    ],
    ['missing 64-bit sizes', (bytes) => bytes.writeUInt16LE(2, WIDE - 4), '64-bit sizes'],
    [
      'a member that runs into the directory',
      (bytes) => bytes.writeUInt8(200, WIDE) && bytes.writeUInt8(200, WIDE + 8),
      'runs into',
    ],
    ['a member outside the file', (bytes) => bytes.writeUInt16LE(60_000, WIDE + 16), 'outside the file'],
    ['a member that is not at its place', (bytes) => bytes.writeUInt8(1, WIDE + 16), 'missing'],
    ['a directory that does not end at its end', (bytes) => bytes.writeUInt8(1, END64 + 48), 'does not fit'],
    ['more entries than the directory has', (bytes) => bytes.writeUInt8(2, END64 + 32), 'does not fit'],
    ['fewer entries than the directory has', (bytes) => bytes.writeUInt8(0, END64 + 32), 'longer than its entries'],
    ['an entry that runs over the end', (bytes) => bytes.writeUInt16LE(500, ENTRY + 32), 'runs over'],
    ['an end record outside the file', (bytes) => bytes.writeUInt16LE(60_000, END64 + 56 + 8), 'outside the file'],
  ])('refuses %s', async (_, change, message) => {
    const path = archive(change);
    const error = await failure(() => readZip(path));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path });
    expect(error.offset).toBeTypeOf('number');
    expect(error.message).toContain(message);
  });
});
