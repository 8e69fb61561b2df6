/** The values in a page of a Parquet column (parquet-format, Encodings.md), of the columns a matrix can use. */
import type { CompressionCodec, Compressors, DataPageHeader, PageHeader } from 'hyparquet';
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { compressors } from 'hyparquet-compressors';
import type { MatrixData } from '../matrix/matrix.js';
import type { Fault } from './bytes.js';
import { decodeNumbers } from './numbers.js';
import type { ColumnType } from './parquet-type.js';
import { decodeHybrid } from './rle.js';

/** One per row. */
export type PageValues = MatrixData | readonly string[];

/** A page as it lies in the file. */
export interface Page {
  header: PageHeader;
  bytes: Uint8Array;
  codec: CompressionCodec;
  /** Of its first row in the file. */
  row: number;
}

interface Encoded {
  bytes: Uint8Array;
  encoding: string;
  count: number;
}

/** What turns a page's bytes into values. */
export class PageDecoder {
  dictionary: PageValues | undefined;

  constructor(
    private readonly type: ColumnType,
    private readonly optional: boolean,
    private readonly fault: Fault,
  ) {}

  /** Keeps the values that data pages point to. */
  readDictionary({ header, bytes, codec }: Page): void {
    const count = header.dictionary_page_header?.num_values ?? -1;
    const page = decompress(bytes, header.uncompressed_page_size, codec);
    this.dictionary = this.plain(page, count);
  }

  /** @throws EigenviewError for a value that is missing; RangeError, TypeError or Error for bytes that are no such page */
  readData(page: Page): PageValues {
    const encoded =
      page.header.data_page_header_v2 === undefined
        ? this.open(page, page.header.data_page_header as DataPageHeader)
        : this.openV2(page, page.header.data_page_header_v2);
    const values = this.decode(encoded);
    if (values.length === encoded.count) return values;
    throw new RangeError(`${values.length} values for ${encoded.count} rows`);
  }

  private open({ header, bytes, codec, row }: Page, { num_values: count, ...data }: DataPageHeader): Encoded {
    const page = decompress(bytes, header.uncompressed_page_size, codec);
    if (!this.optional) return { bytes: page, encoding: data.encoding, count };
    if (data.definition_level_encoding !== 'RLE') throw new Error(`levels in ${data.definition_level_encoding}`);
    const length = new DataView(page.buffer, page.byteOffset, page.length).getUint32(0, true);
    this.checkPresent(page.subarray(4, 4 + length), count, row);
    return { bytes: page.subarray(4 + length), encoding: data.encoding, count };
  }

  private openV2({ header, bytes, codec, row }: Page, data: NonNullable<PageHeader['data_page_header_v2']>): Encoded {
    const start = data.repetition_levels_byte_length;
    const levels = start + data.definition_levels_byte_length;
    if (!(start >= 0 && levels >= start && levels <= bytes.length)) throw new RangeError('levels beyond the page');
    if (this.optional && data.num_nulls !== 0) this.checkPresent(bytes.subarray(start, levels), data.num_values, row);
    const body = bytes.subarray(levels);
    const packed = data.is_compressed !== false && body.length > 0;
    const page = packed ? decompress(body, header.uncompressed_page_size - levels, codec) : body;
    return { bytes: page, encoding: data.encoding, count: data.num_values };
  }

  /** A definition level is 1 where there is a value. */
  private checkPresent(levels: Uint8Array, count: number, row: number): void {
    const missing = decodeHybrid(levels, 1, count).indexOf(0);
    if (missing < 0) return;
    throw this.fault(`A value is missing in row ${row + missing} (from 0).`, {
      expected: 'a value in every row',
      received: 'null',
      fix: 'Remove or impute missing values first.',
    });
  }

  private decode({ bytes, encoding, count }: Encoded): PageValues {
    switch (encoding) {
      case 'PLAIN':
        return this.plain(bytes, count);
      case 'PLAIN_DICTIONARY':
      case 'RLE_DICTIONARY':
        return this.lookUp(decodeHybrid(bytes.subarray(1), count === 0 ? 0 : (bytes[0] ?? 33), count));
      case 'RLE':
        if (this.type.kind !== 'bool') break;
        return Float32Array.from(decodeHybrid(bytes.subarray(4), 1, count));
      case 'DELTA_BINARY_PACKED':
        return this.delta(bytes, count);
      case 'DELTA_LENGTH_BYTE_ARRAY':
      case 'DELTA_BYTE_ARRAY':
        return this.deltaText(bytes, count, encoding);
      case 'BYTE_STREAM_SPLIT':
        return this.plain(joinStreams(bytes, this.type.width ?? 0, count), count);
    }
    throw new Error(`the encoding ${encoding}`);
  }

  private plain(bytes: Uint8Array, count: number): PageValues {
    const { kind, width } = this.type;
    if (kind === 'text') return plainText(bytes, count);
    const length = width === undefined ? Math.ceil(count / 8) : width * count;
    if (!(count >= 0 && length <= bytes.length)) throw new RangeError(`${bytes.length} bytes for ${count} values`);
    if (width === undefined) return Float32Array.from({ length: count }, (_, i) => bitOf(bytes, i));
    const values = new Uint8Array(bytes.subarray(0, length));
    return kind === 'float16' ? fromHalves(values) : this.numbers(values, kind);
  }

  private numbers(bytes: Uint8Array<ArrayBuffer>, kind: Exclude<ColumnType['kind'], 'text' | 'float16'>): MatrixData {
    return decodeNumbers(bytes, { kind, endian: 'LE' }, 0, (summary, { offset: _, ...facts }) =>
      this.fault(summary, facts),
    );
  }

  private lookUp(indices: Uint32Array): PageValues {
    const { dictionary } = this;
    if (dictionary === undefined) throw new RangeError('no dictionary');
    const values = isText(dictionary) ? new Array<string>(indices.length) : newLike(dictionary, indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (index >= dictionary.length) throw new RangeError(`index ${index} into a dictionary of ${dictionary.length}`);
      values[i] = dictionary[index] as never;
    }
    return values;
  }

  private delta(bytes: Uint8Array, count: number): PageValues {
    const { kind, width } = this.type;
    const out = width === 4 ? new Int32Array(count) : new BigInt64Array(count);
    if (count > 0) deltaBinaryUnpack(readerOf(bytes), count, out);
    if (!/^u?int/.test(kind)) throw new Error(`${kind} numbers as deltas`);
    return this.numbers(new Uint8Array(out.buffer), kind as 'int32');
  }

  private deltaText(bytes: Uint8Array, count: number, encoding: string): string[] {
    if (this.type.kind !== 'text') throw new Error(`${this.type.kind} numbers in ${encoding}`);
    const out: Uint8Array[] = [];
    // A copy: hyparquet lays arrays over the buffer without regard to where the page ends in it.
    const reader = readerOf(new Uint8Array(bytes));
    if (count > 0) (encoding === 'DELTA_BYTE_ARRAY' ? deltaByteArray : deltaLengthByteArray)(reader, count, out);
    return out.map(decodeText);
  }
}

export function isText(values: PageValues): values is readonly string[] {
  return Array.isArray(values);
}

function decompress(bytes: Uint8Array, size: number, codec: CompressionCodec): Uint8Array {
  if (codec === 'UNCOMPRESSED') return bytes;
  const unpack = (compressors as Compressors)[codec];
  if (unpack === undefined) throw new Error(`the compression ${codec}`);
  const page = unpack(bytes, size);
  if (page.length === size) return page;
  throw new RangeError(`${page.length} bytes for the ${size} that its header promises`);
}

function readerOf(bytes: Uint8Array): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
}

function newLike(values: MatrixData, length: number): MatrixData {
  return values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** Lengths of 4 bytes, each in front of its text. */
function plainText(bytes: Uint8Array, count: number): string[] {
  const { view } = readerOf(bytes);
  let at = 0;
  return Array.from({ length: Math.min(count, bytes.length) }, () => {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw new RangeError('text beyond the page');
    return decodeText(bytes.subarray(start, at));
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

function bitOf(bytes: Uint8Array, i: number): number {
  return ((bytes[i >> 3] as number) >> (i & 7)) & 1;
}

/** Byte b of value i lies at b n + i. */
function joinStreams(bytes: Uint8Array, width: number, count: number): Uint8Array {
  if (width * count > bytes.length) throw new RangeError(`${bytes.length} bytes for ${count} values`);
  const out = new Uint8Array(width * count);
  for (let b = 0; b < width; b++) {
    for (let i = 0; i < count; i++) out[i * width + b] = bytes[b * count + i] as number;
  }
  return out;
}

/** IEEE 754 half precision, least significant byte first. */
function fromHalves(bytes: Uint8Array): Float32Array {
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => {
    const bits = (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
    const sign = bits >> 15 === 0 ? 1 : -1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
  });
}
