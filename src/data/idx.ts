import { type ArrayFile, arraySource, checkArray } from './array.js';
import { ByteReader } from './bytes.js';
import type { NumberKind } from './numbers.js';
import type { ChunkedSource } from './source.js';

/** The type byte of an IDX file (LeCun's description, yann.lecun.com/exdb/mnist). Numbers are big-endian. */
const KINDS: Readonly<Record<number, NumberKind>> = {
  8: 'uint8',
  9: 'int8',
  11: 'int16',
  12: 'int32',
  13: 'float32',
  14: 'float64',
};

/**
 * An IDX file, plain or gzip: the first dimension is the rows, the others are flattened. Bytes, 16-bit integers and
 * float32 come as float32, the rest as float64.
 *
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`, or `FILE_FORMAT` for a bad header and, while reading, bad data
 * @example
 * ```ts
 * const images = await openIdx('train-images-idx3-ubyte.gz');
 * console.log(images.rows, images.cols); // 60000 784
 * ```
 */
export async function openIdx(path: string): Promise<ChunkedSource> {
  return arraySource(await idxFile(path));
}

/** Reads and checks the header. */
export function idxFile(path: string): Promise<ArrayFile> {
  return ByteReader.with(path, undefined, async (reader) => {
    const magic = Buffer.from(await reader.fill(new Uint8Array(4), 'magic number'));
    const kind = KINDS[magic.readUInt8(2)];
    const rank = magic.readUInt8(3);
    if (magic.readUInt16BE() !== 0 || kind === undefined || rank === 0) {
      throw reader.fault('This is not an IDX file.', {
        offset: 0,
        expected: 'two zero bytes, a type (08, 09, 0b, 0c, 0d or 0e) and a number of dimensions',
        received: magic.toString('hex'),
      });
    }
    const extents = Buffer.from(await reader.fill(new Uint8Array(4 * rank), 'dimensions'));
    const file: ArrayFile = {
      path,
      header: Buffer.concat([magic, extents]),
      shape: Array.from({ length: rank }, (_, i) => extents.readUInt32BE(4 * i)),
      format: { kind, endian: 'BE' },
    };
    checkArray(reader, file);
    return file;
  });
}
