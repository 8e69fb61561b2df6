import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ByteReader, type Member } from '../../src/data/bytes.js';
import { crc32 } from '../../src/data/crc32.js';
import { failure } from '../support/failure.js';
import { expectEveryPrefixFails } from '../support/prefixes.js';
import fc from '../support/properties.js';
import { listsOpenFiles, openCount, TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const content = Buffer.from('Twenty bytes of text');

const readContent = (path: string, member?: Member) =>
  ByteReader.with(path, member, async (reader) => {
    const bytes = await reader.fill(Buffer.alloc(content.length), 'text');
    await reader.end();
    return bytes;
  });

function member(facts: Partial<Member>): Member {
  const { length } = content;
  return { name: 'm', start: 3, packed: length, deflated: false, size: length, crc: crc32(content), ...facts };
}

describe('ByteReader', () => {
  it('reads a plain file, gzip under any name, and gzip of several parts', async () => {
    const parts = [gzipSync(content.subarray(0, 5)), gzipSync(content.subarray(5))];
    for (const bytes of [content, gzipSync(content), Buffer.concat(parts)]) {
      expect(await readContent(folder.write('content.txt', bytes))).toEqual(content);
    }
  });

  it('reads a stored and a deflated member', async () => {
    const deflated = deflateRawSync(content);
    const stored = folder.write('stored', Buffer.concat([Buffer.from('abc'), content, Buffer.from('more')]));
    expect(await readContent(stored, member({}))).toEqual(content);
    const packed = folder.write('deflated', Buffer.concat([Buffer.from('abc'), deflated, Buffer.from('more')]));
    expect(await readContent(packed, member({ packed: deflated.length, deflated: true }))).toEqual(content);
  });

  it('names the member whose checksum does not match', async () => {
    const path = folder.write('stored', Buffer.concat([Buffer.from('abc'), content]));
    const error = await failure(() => readContent(path, member({ crc: 1 })));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path, offset: content.length, expected: 'CRC-32 1' });
    expect(error.message).toContain('In m:');
  });

  it('reports every cut of a plain and of a compressed file', async () => {
    await expectEveryPrefixFails(folder, 'cut', content, readContent);
    await expectEveryPrefixFails(folder, 'cut.gz', gzipSync(content), readContent);
  });

  it('gives damaged bytes either an error or, where they carry nothing, the right content', async () => {
    const whole = gzipSync(content);
    const trailer = whole.length - 8;
    const damage = fc.record({ at: fc.nat(whole.length - 1), mask: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, mask }) => {
        const bytes = Buffer.from(whole);
        bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
        const path = folder.write('damaged.gz', bytes);
        const outcome = await readContent(path).catch((error: unknown) => error);
        // Without its magic it is read as a plain file, which is longer than the content.
        if (at >= trailer || outcome instanceof Error) {
          expect(outcome).toMatchObject({ code: 'FILE_FORMAT', file: path });
        } else {
          expect(outcome).toEqual(content);
        }
      }),
    );
  });

  it.each([
    ['a plain file', Buffer.concat([content, Buffer.from('x')])],
    ['compressed content', gzipSync(Buffer.concat([content, Buffer.from('x')]))],
    ['a compressed stream', Buffer.concat([gzipSync(content), Buffer.from('x')])],
    ['a compressed stream, in another piece', Buffer.concat([gzipSync(content), Buffer.alloc(600_000)])],
  ])('refuses bytes behind the end of %s', async (_, bytes) => {
    const path = folder.write('long', bytes);
    const error = await failure(() => readContent(path));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path, offset: content.length });
  });

  it('compares a promised size with the file, and with what gzip could hold at most', async () => {
    const plain = await ByteReader.open(folder.write('plain', content));
    plain.expectSize(20, 'text');
    expect(await failure(() => plain.expectSize(19, 'text'))).toMatchObject({ code: 'FILE_FORMAT', offset: 19 });
    expect(await failure(() => plain.expectSize(21, 'text'))).toMatchObject({ code: 'FILE_FORMAT', offset: 20 });
    await plain.close();
    const packed = await ByteReader.open(folder.write('packed', gzipSync(content)));
    packed.expectSize(1032 * gzipSync(content).length, 'text');
    expect(await failure(() => packed.expectSize(1e9, 'text'))).toMatchObject({ code: 'FILE_FORMAT' });
    await packed.close();
  });

  it('names a file that is not there, a folder, and what is no path', async () => {
    expect(await failure(() => ByteReader.open(folder.at('missing')))).toMatchObject({
      code: 'FILE_NOT_FOUND',
      file: folder.at('missing'),
    });
    expect(await failure(() => ByteReader.open(folder.path))).toMatchObject({ code: 'FILE_IO' });
    expect(await failure(() => ByteReader.open(5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.skipIf(!listsOpenFiles)('closes the file, also in the middle of decompression', async () => {
    const large = Buffer.alloc(20 << 20);
    for (const bytes of [large, gzipSync(large, { level: 1 })]) {
      const path = folder.write('large', bytes);
      const reader = await ByteReader.open(path);
      await reader.fill(new Uint8Array(100), 'bytes');
      expect(openCount(path)).toBe(1);
      await reader.close();
      expect(openCount(path)).toBe(0);
    }
    const path = folder.write('small', gzipSync(content));
    for (let pass = 0; pass < 100; pass++) {
      await readContent(path);
      expect(openCount(path)).toBe(0);
    }
  });
});
