import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { extensionOf, recognise } from '../../src/data/recognise.js';
import { failure } from '../support/failure.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const magic = (text: string) => Buffer.from(`${text}      `, 'latin1');

describe('recognise', () => {
  it.each([
    ['data', magic('\x93NUMPY'), 'npy'],
    ['data.csv', magic('\x93NUMPY'), 'npy'],
    ['data', gzipSync(magic('\x93NUMPY')), 'npy'],
    ['data', magic('PK\x03\x04'), 'npz'],
    ['data', magic('PAR1'), 'parquet'],
    ['t10k-labels-idx1-ubyte', magic('\0\0\x08\x01'), 'idx'],
    ['data.bin', magic('\0\0\x08\x01'), 'cifar'],
    ['data.BIN.gz', Buffer.alloc(5), 'cifar'],
    ['data.npy', Buffer.alloc(0), 'npy'],
    ['data.parquet', Buffer.from('PA'), 'parquet'],
    ['data.csv', Buffer.alloc(0), 'csv'],
    ['data.TSV', Buffer.from('1\t2'), 'csv'],
    ['data', Buffer.from('a,b\r\n1,ü\n'), 'csv'],
  ])('knows %s', async (name, bytes, format) => {
    expect(await recognise(folder.write(name, bytes))).toBe(format);
  });

  it.each([
    ['train-images.idx3-ubyte', 'mnist'],
    ['train-images-idx3-ubyte.gz', 'mnist'],
    ['data_batch_1.bin', 'cifar'],
  ])('knows a folder by its %s', async (name, format) => {
    const dir = folder.at(`with-${name}`);
    mkdirSync(dir);
    writeFileSync(join(dir, name), '');
    expect(await recognise(dir)).toBe(format);
  });

  it('says what it knows', async () => {
    const path = folder.write('data.xyz', Buffer.of(1, 2, 3));
    const error = await failure(() => recognise(path));
    expect(error).toMatchObject({ code: 'FILE_FORMAT', file: path, offset: 0 });
    expect(error.message).toContain('010203');
    expect((await failure(() => recognise(folder.write('none', '')))).code).toBe('FILE_FORMAT');
    const dir = folder.at('other');
    mkdirSync(dir);
    writeFileSync(join(dir, 'notes.txt'), '');
    expect((await failure(() => recognise(dir))).message).toMatch(/no data in this folder.*notes\.txt/);
    expect((await failure(() => recognise(folder.at('missing')))).code).toBe('FILE_NOT_FOUND');
    expect(await failure(() => recognise(''))).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'path' });
  });
});

describe('extensionOf', () => {
  it('looks in front of .gz', () => {
    expect(['a.CSV', 'b.tar.npy.gz', 'plain', 'dir.csv/plain', '.gz'].map(extensionOf)).toEqual([
      'csv',
      'npy',
      '',
      '',
      '',
    ]);
  });
});
