/** What a Parquet column holds, as far as a matrix or a label can use it. */
import type { SchemaElement } from 'hyparquet';
import type { NumberKind } from './numbers.js';

/** How the values of a column lie in its pages. */
export interface ColumnType {
  kind: NumberKind | 'float16' | 'text';
  /** Bytes per value in plain encoding; absent for text and for booleans, which take a bit. */
  width?: number;
  /** Float32 holds every value exactly. */
  single: boolean;
}

const PLAIN: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: { kind: 'bool', single: true },
  INT32: { kind: 'int32', width: 4, single: false },
  INT64: { kind: 'int64', width: 8, single: false },
  FLOAT: { kind: 'float32', width: 4, single: true },
  DOUBLE: { kind: 'float64', width: 8, single: false },
  BYTE_ARRAY: { kind: 'text', single: false },
};

const TEXT = ['STRING', 'UTF8', 'ENUM'];

/** The type of a leaf, or its name where it is neither a number nor text. */
export function columnType(element: SchemaElement): ColumnType | string {
  const { type, converted_type: converted, logical_type: logical, type_length: length } = element;
  const annotation = logical?.type ?? converted;
  if (annotation === 'FLOAT16' && type === 'FIXED_LEN_BYTE_ARRAY' && length === 2) {
    return { kind: 'float16', width: 2, single: true };
  }
  const plain = PLAIN[type ?? ''];
  if (plain === undefined) return annotation ?? type ?? 'an unknown type';
  const integer = integerOf(element);
  if (integer !== undefined) return integerType(plain, integer);
  if (annotation === undefined || (plain.kind === 'text' && TEXT.includes(annotation))) return plain;
  return annotation;
}

interface Integer {
  bits: number;
  signed: boolean;
}

/** `INT_8` … `UINT_64`, or the newer way to say the same. */
function integerOf({ converted_type: converted, logical_type: logical }: SchemaElement): Integer | undefined {
  if (logical?.type === 'INTEGER') return { bits: logical.bitWidth, signed: logical.isSigned };
  const match = /^(U?)INT_(\d+)$/.exec(converted ?? '');
  return match === null ? undefined : { bits: Number(match[2]), signed: match[1] === '' };
}

function integerType(plain: ColumnType, { bits, signed }: Integer): ColumnType | string {
  if (plain.kind !== 'int32' && plain.kind !== 'int64') return 'INTEGER';
  const kind = signed ? plain.kind : plain.kind === 'int32' ? 'uint32' : 'uint64';
  return { ...plain, kind, single: bits <= 16 };
}
