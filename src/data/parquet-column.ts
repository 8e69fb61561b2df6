import type { FileHandle } from 'node:fs/promises';
import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { EigenviewError, type ErrorDetails } from '../errors.js';
import { crc32 } from './crc32.js';
import {
  isCount,
  type ParquetColumn,
  type ParquetFile,
  type ParquetGroup,
  parquetFault,
  readAt,
} from './parquet-footer.js';
import { PageDecoder, type PageValues } from './parquet-page.js';
import type { ColumnType } from './parquet-type.js';

/** Read at once where pages are small. */
const WINDOW = 1 << 18;
/** The most that a page header may take: the limit Arrow has. */
const LONGEST_HEADER = 1 << 24;
/** Pages are held whole. */
const LARGEST_PAGE = 2 ** 30;

/** A page whose place in the file is known. */
interface Located {
  header: PageHeader;
  /** Where the header starts and where the bytes behind it do. */
  offset: number;
  start: number;
  /** Of its first row in the group. */
  row: number;
  rows: number;
}

/** The values of one column in one row group, page by page. Between reads it holds two numbers and no page. */
export class ColumnReader {
  readonly column: ParquetColumn;
  private readonly file: ParquetFile;
  private readonly group: ParquetGroup;
  private readonly meta: ColumnMetaData;
  private readonly begin: number;
  private readonly end: number;
  /** The first page that reaches beyond the rows read so far. */
  private next: { offset: number; row: number };
  private dictionaryAt: number | undefined;

  /** @throws EigenviewError `FILE_FORMAT` when the footer puts the column outside the file */
  constructor(file: ParquetFile, group: ParquetGroup, column: ParquetColumn) {
    const meta = group.chunks[column.leaf];
    const fault = (summary: string, facts: ErrorDetails) =>
      parquetFault(file.path, file.end, `Column ${column.name}: ${summary}`, facts);
    if (meta === undefined || meta.path_in_schema?.[0] !== column.name) {
      throw fault('its pages are not in this file.', { expected: 'every column in every row group, not encrypted' });
    }
    const dictionary = Number(meta.dictionary_page_offset ?? 0n);
    const data = Number(meta.data_page_offset);
    this.begin = dictionary > 0 && dictionary < data ? dictionary : data;
    this.end = this.begin + Number(meta.total_compressed_size);
    if (!isCount(this.begin) || !(this.begin >= 4 && this.begin <= this.end && this.end <= file.end)) {
      throw fault('its pages lie outside the file.', {
        expected: `bytes 4 to ${file.end}`,
        received: `${this.begin} to ${this.end}`,
      });
    }
    this.file = file;
    this.group = group;
    this.column = column;
    this.meta = meta;
    this.next = { offset: this.begin, row: 0 };
  }

  /**
   * Hands over the pages with rows from ≤ i < to of the group, in order, each with its first row and its place in the file.
   * Rows may only go up from one read to the next.
   */
  async read(
    handle: FileHandle,
    from: number,
    to: number,
    take: (values: PageValues, row: number, offset: number) => void,
  ): Promise<void> {
    const window = new Window(this.file.path, handle, this.end);
    let at = this.next;
    const decoder = await this.openDecoder(window);
    while (at.row < to) {
      const page = await this.locate(window, at);
      at = { offset: page.start + page.header.compressed_page_size, row: page.row + page.rows };
      if (page.header.type === 'DICTIONARY_PAGE') {
        this.dictionaryAt = page.offset;
        await this.decode(window, page, decoder);
      } else if (page.rows > 0 && at.row > from) {
        const values = (await this.decode(window, page, decoder)) as PageValues;
        take(values, page.row, page.offset);
      }
      if (at.row <= to) this.next = at;
    }
  }

  private async openDecoder(window: Window): Promise<PageDecoder> {
    const fault = (summary: string, facts: ErrorDetails) => this.fault(this.begin, summary, facts);
    const decoder = new PageDecoder(this.column.type as ColumnType, this.column.optional, fault);
    if (this.dictionaryAt === undefined) return decoder;
    await this.decode(window, await this.locate(window, { offset: this.dictionaryAt, row: 0 }), decoder);
    return decoder;
  }

  private async locate(window: Window, { offset, row }: { offset: number; row: number }): Promise<Located> {
    const { header, length } = await this.header(window, offset);
    const start = offset + length;
    const size = header.compressed_page_size;
    const dictionary = header.type === 'DICTIONARY_PAGE';
    const counts = header.data_page_header_v2 ?? header.data_page_header;
    const rows = header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2' ? (counts?.num_values ?? -1) : 0;
    const known = dictionary ? header.dictionary_page_header !== undefined : true;
    const sizes = [size, header.uncompressed_page_size];
    const fits = sizes.every((bytes) => isCount(bytes) && bytes <= LARGEST_PAGE) && start + size <= this.end;
    if (fits && known && isCount(rows) && row + rows <= this.group.rows) return { header, offset, start, row, rows };
    throw this.fault(offset, 'This is not the header of a page.', {
      expected: `a page of at most ${this.group.rows - row} rows that ends before byte ${this.end}`,
      received: `${rows} rows in ${size} bytes from ${start}`,
      fix: DAMAGED,
    });
  }

  private async header(window: Window, offset: number): Promise<{ header: PageHeader; length: number }> {
    if (offset >= this.end) {
      throw this.fault(offset, 'The pages end too early.', { expected: `${this.group.rows} rows`, fix: DAMAGED });
    }
    for (let length = 1 << 12; ; length *= 64) {
      const bytes = await window.take(offset, Math.min(length, this.end - offset));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
      try {
        return { header: parquetHeader(reader), length: reader.offset };
      } catch (cause) {
        if (length < Math.min(LONGEST_HEADER, this.end - offset)) continue;
        throw this.unreadable(offset, 'The header of a page cannot be read.', cause);
      }
    }
  }

  /** The values of a data page; a dictionary stays in the decoder. */
  private async decode(window: Window, page: Located, decoder: PageDecoder): Promise<PageValues | undefined> {
    const { header, offset, start, row, rows } = page;
    const bytes = await window.take(start, header.compressed_page_size);
    if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0) {
      throw this.fault(offset, 'The checksum of a page does not match: the data are damaged.', {
        expected: `CRC-32 ${(header.crc >>> 0).toString(16)}`,
        received: crc32(bytes).toString(16),
        fix: DAMAGED,
      });
    }
    const first = this.group.start + row;
    const input = { header, bytes, codec: this.meta.codec, row: first };
    try {
      if (header.type !== 'DICTIONARY_PAGE') return decoder.readData(input);
      decoder.readDictionary(input);
      return undefined;
    } catch (cause) {
      if (cause instanceof EigenviewError) throw cause;
      const which =
        header.type === 'DICTIONARY_PAGE' ? 'The dictionary' : `The page of rows ${first} to ${first + rows - 1}`;
      throw this.unreadable(offset, `${which} cannot be read.`, cause);
    }
  }

  private unreadable(offset: number, summary: string, cause: unknown): EigenviewError {
    if (cause instanceof EigenviewError) return cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    return this.fault(offset, summary, { expected: 'a whole page of this column', received, fix: DAMAGED, cause });
  }

  private fault(offset: number, summary: string, facts: ErrorDetails): EigenviewError {
    return parquetFault(this.file.path, offset, `Column ${this.column.name}: ${summary}`, facts);
  }
}

const DAMAGED = 'Copy or download the file again, or write it with another encoding or compression.';

/** A stretch of the file, read ahead. */
class Window {
  private bytes: Uint8Array = new Uint8Array(0);
  private start = 0;

  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly end: number,
  ) {}

  async take(offset: number, length: number): Promise<Uint8Array> {
    if (offset < this.start || offset + length > this.start + this.bytes.length) {
      this.start = offset;
      this.bytes = await readAt(this.path, this.handle, offset, Math.max(length, Math.min(WINDOW, this.end - offset)));
    }
    return this.bytes.subarray(offset - this.start, offset - this.start + length);
  }
}
