/** Writes Parquet files of float64 columns, uncompressed: a second opinion on sizes that no fixture should have. */

export interface ParquetColumnData {
  name: string;
  /** Columns that share this array share its pages. */
  values: ArrayLike<number>;
  /** As indices into the distinct values, bit-packed. */
  dictionary?: boolean;
}

export interface ParquetLayout {
  groupRows: number;
  pageRows: number;
}

interface Chunk {
  dictionaryAt: number | undefined;
  dataAt: number;
  size: number;
}

const MAGIC = Buffer.from('PAR1');
const [DOUBLE, PLAIN, RLE, DICTIONARY_INDICES] = [5, 0, 3, 8];

export function writeParquet(columns: readonly ParquetColumnData[], { groupRows, pageRows }: ParquetLayout): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const pieces: Buffer[] = [MAGIC];
  const groups: Value[] = [];
  let offset = MAGIC.length;
  for (let start = 0; start < rows; start += groupRows) {
    const end = Math.min(rows, start + groupRows);
    const written = new Map<ArrayLike<number>, Chunk>();
    const metadata = columns.map(({ name, values, dictionary = false }) => {
      let chunk = written.get(values);
      if (chunk === undefined) {
        const pages = pagesOf(Array.prototype.slice.call(values, start, end), pageRows, dictionary);
        const size = pages.reduce((sum, page) => sum + page.length, 0);
        const dataAt = offset + (dictionary ? (pages[0]?.length ?? 0) : 0);
        chunk = { dictionaryAt: dictionary ? offset : undefined, dataAt, size };
        written.set(values, chunk);
        pieces.push(...pages);
        offset += size;
      }
      return columnChunk(name, end - start, chunk);
    });
    groups.push(struct([1, list(metadata, STRUCT)], [2, i64(0)], [3, i64(end - start)]));
  }
  const footer = fileMetadata(columns, rows, groups);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...pieces, footer, length, MAGIC]);
}

function fileMetadata(columns: readonly ParquetColumnData[], rows: number, groups: readonly Value[]): Buffer {
  const root = struct([4, text('schema')], [5, i32(columns.length)]);
  const leaves = columns.map(({ name }) => struct([1, i32(DOUBLE)], [3, i32(0)], [4, text(name)]));
  return struct([1, i32(1)], [2, list([root, ...leaves], STRUCT)], [3, i64(rows)], [4, list(groups, STRUCT)]).bytes;
}

function columnChunk(name: string, rows: number, { dictionaryAt, dataAt, size }: Chunk): Value {
  const encodings = list([i32(PLAIN), i32(RLE)], I32);
  const metadata = struct(
    [1, i32(DOUBLE)],
    [2, encodings],
    [3, list([text(name)], BINARY)],
    [4, i32(0)],
    [5, i64(rows)],
    [6, i64(size)],
    [7, i64(size)],
    [9, i64(dataAt)],
    ...(dictionaryAt === undefined ? [] : [[11, i64(dictionaryAt)] as const]),
  );
  return struct([2, i64(0)], [3, metadata]);
}

function pagesOf(values: readonly number[], pageRows: number, dictionary: boolean): Buffer[] {
  const distinct = [...new Set(values)];
  const index = new Map(distinct.map((value, i) => [value, i]));
  const first = dictionary ? [page(2, distinct.length, doubles(distinct), PLAIN)] : [];
  const data: Buffer[] = [];
  for (let start = 0; start < values.length; start += pageRows) {
    const rows = values.slice(start, start + pageRows);
    const bytes = dictionary ? indices(rows.map((value) => index.get(value) as number)) : doubles(rows);
    data.push(page(0, rows.length, bytes, dictionary ? DICTIONARY_INDICES : PLAIN));
  }
  return [...first, ...data];
}

/** @param type 0 for data, 2 for a dictionary */
function page(type: 0 | 2, count: number, bytes: Buffer, encoding: number): Buffer {
  const inner =
    type === 2
      ? ([7, struct([1, i32(count)], [2, i32(encoding)])] as const)
      : ([5, struct([1, i32(count)], [2, i32(encoding)], [3, i32(RLE)], [4, i32(RLE)])] as const);
  const header = struct([1, i32(type)], [2, i32(bytes.length)], [3, i32(bytes.length)], inner);
  return Buffer.concat([header.bytes, bytes]);
}

function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 8 * i);
  });
  return bytes;
}

const INDEX_BITS = 24;

/** One bit-packed run of 24-bit values, whose number is rounded up to a multiple of eight. */
function indices(values: readonly number[]): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bytes = Buffer.alloc(groups * INDEX_BITS);
  values.forEach((value, i) => {
    bytes.writeUIntLE(value, 3 * i, 3);
  });
  return Buffer.concat([Buffer.of(INDEX_BITS), varint(BigInt(2 * groups + 1)), bytes]);
}

/** A value in Thrift's compact protocol. */
interface Value {
  type: number;
  bytes: Buffer;
}

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** Non-negative: zigzag doubles it. */
const i32 = (value: number): Value => ({ type: I32, bytes: varint(BigInt(value) << 1n) });
const i64 = (value: number): Value => ({ type: I64, bytes: varint(BigInt(value) << 1n) });

function text(value: string): Value {
  const bytes = Buffer.from(value);
  return { type: BINARY, bytes: Buffer.concat([varint(BigInt(bytes.length)), bytes]) };
}

function list(values: readonly Value[], type: number): Value {
  const long = values.length >= 15;
  const head = Buffer.concat([
    Buffer.of(((long ? 15 : values.length) << 4) | type),
    long ? varint(BigInt(values.length)) : Buffer.alloc(0),
  ]);
  return { type: LIST, bytes: Buffer.concat([head, ...values.map(({ bytes }) => bytes)]) };
}

/** Fields by their number, which only goes up, by at most 15 at a time. */
function struct(...fields: (readonly [number, Value])[]): Value {
  let last = 0;
  const pieces = fields.flatMap(([id, { type, bytes }]) => {
    const head = Buffer.of(((id - last) << 4) | type);
    last = id;
    return [head, bytes];
  });
  return { type: STRUCT, bytes: Buffer.concat([...pieces, Buffer.of(0)]) };
}
