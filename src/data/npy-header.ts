/** The header of a NumPy array file (numpy.lib.format, versions 1 to 3). */
import type { Fault } from './bytes.js';
import { type Endian, NATIVE, type NumberFormat, type NumberKind } from './numbers.js';

export interface NpyHeader {
  /** All bytes before the numbers. */
  bytes: Uint8Array;
  shape: number[];
  format: NumberFormat;
  /** The first index varies fastest. */
  fortran: boolean;
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** NumPy itself refuses headers of more than 10 000 bytes unless told otherwise. */
const LONGEST = 65_535;

const KINDS: Readonly<Record<string, NumberKind>> = {
  b1: 'bool',
  i1: 'int8',
  u1: 'uint8',
  i2: 'int16',
  u2: 'uint16',
  i4: 'int32',
  u4: 'uint32',
  i8: 'int64',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
};

const PLATFORM = NATIVE === 'LE' ? '<' : '>';

/** Parses a header wherever it comes from: yields how many bytes it needs next, and is handed them. */
export function* parseNpyHeader(fault: Fault): Generator<number, NpyHeader, Uint8Array> {
  const start = Buffer.from(yield 8);
  if (!start.subarray(0, 6).equals(MAGIC)) {
    const received = start.subarray(0, 6).toString('hex');
    throw fault('This is not an npy file.', { offset: 0, expected: '\\x93NUMPY at its start', received });
  }
  const version = start.readUInt8(6);
  if (version < 1 || version > 3) {
    throw fault('This version of npy is unknown.', { offset: 6, expected: '1, 2 or 3', received: String(version) });
  }
  const width = version === 1 ? 2 : 4;
  const field = Buffer.from(yield width);
  const length = field.readUIntLE(0, width);
  if (length > LONGEST) {
    throw fault('The header is too long.', {
      offset: 8,
      expected: `at most ${LONGEST} bytes`,
      received: String(length),
    });
  }
  const text = Buffer.from(yield length);
  const entries = parseDictionary(text.toString(version === 3 ? 'utf8' : 'latin1'), 8 + width, fault);
  return { bytes: Buffer.concat([start, field, text]), ...interpret(entries, 8 + width, fault) };
}

/** A Python dictionary whose values are text, booleans or tuples of integers. */
function parseDictionary(text: string, offset: number, fault: Fault): Map<string, string> {
  const entries = new Map<string, string>();
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\dL,\s]*\))\s*(?:,\s*|$)/y;
  while (inner !== undefined && entry.lastIndex < inner.length) {
    const match = entry.exec(inner);
    if (match === null) break;
    entries.set(match[2] as string, match[3] as string);
    if (entry.lastIndex === inner.length) return entries;
  }
  throw fault('The header cannot be read.', {
    offset,
    expected: 'a dictionary with descr, fortran_order and shape, and a plain number type as descr',
    received: text.trim().slice(0, 200),
    fix: 'Save an array of plain numbers; structured and object arrays are not supported.',
  });
}

function interpret(entries: Map<string, string>, offset: number, fault: Fault): Omit<NpyHeader, 'bytes'> {
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key) ?? 'nothing');
  const type = /^['"]([<>=|]?)(\w\d)['"]$/.exec(descr as string);
  const kind = KINDS[type?.[2] ?? ''];
  if (kind === undefined) {
    throw fault('The number type is not supported.', {
      offset,
      expected: `descr to be one of ${Object.keys(KINDS).join(', ')}, behind <, > or |`,
      received: descr as string,
      fix: "Convert it in NumPy, for example with .astype('f8').",
    });
  }
  if ((order !== 'True' && order !== 'False') || !(shape as string).startsWith('(')) {
    throw fault('The header is incomplete.', {
      offset,
      expected: 'fortran_order to be True or False and shape a tuple',
      received: `${order} and ${shape}`,
    });
  }
  const endian: Endian = type?.[1] === '<' ? 'LE' : type?.[1] === '>' ? 'BE' : NATIVE;
  return { shape: parseShape(shape as string), format: { kind, endian }, fortran: order === 'True' };
}

/** `(3, 4)`, `(3,)` or `()`; Python 2 wrote `3L`. */
function parseShape(text: string): number[] {
  return Array.from(text.matchAll(/\d+/g), ([digits]) => Number(digits));
}

/** The header of a row-major array in this machine's byte order: version 1, padded to a multiple of 64 bytes. */
export function makeNpyHeader(type: 'f4' | 'f8' | 'i4', shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${PLATFORM}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const start = Buffer.alloc(10);
  MAGIC.copy(start);
  start.writeUInt8(1, 6);
  start.writeUInt16LE(length, 8);
  return Buffer.concat([start, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1')]);
}
