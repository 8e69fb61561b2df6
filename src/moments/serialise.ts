import { endianness } from 'node:os';
import { openNpz, writeNpz } from '../data/npz.js';
import { describe, EigenviewError } from '../errors.js';
import { checkFinite, checkInteger, checkNumber, checkSameShape, checkSymmetric, shape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import type { DrawnViews } from './drawn-views.js';
import type { MomentFields } from './view-moments.js';

/** The fields that are not matrices, those that are symmetric, and those that are there together or not at all. */
const VECTORS: readonly string[] = ['inputMean', 'viewMean', 'targetMean'];
const SYMMETRIC: readonly string[] = ['second', 'meanSecond', 'inputSecond'];
const NUMBERS: readonly string[] = ['count', 'inputEnergy', 'targetEnergy'];
/** What sampled moments remember of their views, as flat fields; there together or not at all. */
const DRAWN = ['samples', 'keptViews', 'keptInputs', 'keptIndices'] as const;
const TARGETS: readonly string[] = ['targetCross', 'targetInput', 'targetMean', 'targetEnergy'];

const FORMAT = 'eigenview.ViewMoments';
const VERSION = 1;

/** An array in JSON: its shape, and base64 of its little-endian float64 numbers. */
export interface JsonArray {
  rows: number;
  cols: number;
  base64: string;
}

/** What {@link ViewMoments.toJSON} returns. */
export interface MomentsJson {
  format: typeof FORMAT;
  version: typeof VERSION;
  fields: Record<string, number | JsonArray>;
}

export function toJson(moments: MomentFields): MomentsJson {
  const fields: Record<string, number | JsonArray> = {};
  for (const [name, value] of Object.entries(flatten(moments))) {
    fields[name] = typeof value === 'number' ? value : encode(value);
  }
  return { format: FORMAT, version: VERSION, fields };
}

export function fromJson(json: unknown): MomentFields {
  const { format, version, fields } = (json ?? {}) as Partial<MomentsJson>;
  if (format !== FORMAT || version !== VERSION || typeof fields !== 'object' || fields === null) {
    throw new EigenviewError('INVALID_ARGUMENT', 'This is not the JSON of ViewMoments.', {
      argument: 'json',
      expected: `an object with format '${FORMAT}' and version ${VERSION}`,
      received:
        typeof json === 'object' && json !== null
          ? `format ${describe(format)}, version ${describe(version)}`
          : describe(json),
    });
  }
  const known: Record<string, number | Matrix> = Object.create(null);
  for (const [name, value] of Object.entries(fields))
    known[name] = typeof value === 'number' ? value : decode(name, value);
  return assemble('json', known);
}

export async function save(path: string, moments: MomentFields): Promise<void> {
  await writeNpz(path, flatten(moments));
}

function flatten({ drawn, ...fields }: MomentFields): Record<string, number | Matrix | Float64Array> {
  if (drawn === undefined) return fields;
  const { samples, views, inputs, indices } = drawn;
  return { ...fields, samples, keptViews: views, keptInputs: inputs, keptIndices: indices };
}

export async function load(path: string): Promise<MomentFields> {
  const npz = await openNpz(path);
  const known: Record<string, number | Matrix> = Object.create(null);
  for (const name of npz.names) {
    const matrix = await npz.read(name);
    known[name] =
      (NUMBERS.includes(name) || name === 'samples') && matrix.data.length === 1 ? (matrix.data[0] as number) : matrix;
  }
  return assemble(path, known);
}

/** Checks every field against the others, so that what was loaded can be trusted like what was measured. */
function assemble(where: string, known: Record<string, number | Matrix>): MomentFields {
  const hasTarget = TARGETS.some((name) => known[name] !== undefined);
  const second = matrixField(where, known, 'second');
  const input = matrixField(where, known, 'inputSecond');
  const [d, dIn] = [second.rows, input.rows];
  const targets = hasTarget ? matrixField(where, known, 'targetInput').rows : 0;
  const shapes: Record<string, readonly [number, number]> = {
    second: [d, d],
    meanSecond: [d, d],
    covariance: [d, d],
    inputCross: [dIn, d],
    inputSecond: [dIn, dIn],
    inputMean: [dIn, 1],
    viewMean: [d, 1],
    ...(hasTarget && { targetCross: [targets, d], targetInput: [targets, dIn], targetMean: [targets, 1] }),
  };
  const numbers = NUMBERS.filter((name) => hasTarget || !TARGETS.includes(name));
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(known)) {
    if (Object.hasOwn(shapes, name) || numbers.includes(name) || isDrawn(name)) continue;
    throw new EigenviewError('INVALID_ARGUMENT', `${where} has a field '${name}' that ViewMoments do not have.`);
  }
  for (const [name, [rows, cols]] of Object.entries(shapes)) {
    const matrix = matrixField(where, known, name);
    if (matrix.rows !== rows || matrix.cols !== cols) {
      throw new EigenviewError('SHAPE_MISMATCH', `Field '${name}' of ${where} does not fit the others.`, {
        argument: name,
        expected: `${rows}×${cols}`,
        received: shape(matrix),
      });
    }
    if (SYMMETRIC.includes(name)) checkSymmetric(name, matrix);
    result[name] = VECTORS.includes(name) ? new Float64Array(matrix.data) : matrix;
  }
  for (const name of numbers) {
    const value = known[name];
    if (name === 'count') checkInteger(name, value, { min: 1 });
    else checkNumber(name, value, { min: 0 });
    result[name] = value;
  }
  if (Object.keys(known).some(isDrawn)) result.drawn = drawnFields(where, known, dIn, d);
  return result as unknown as MomentFields;
}

function isDrawn(name: string): boolean {
  return (DRAWN as readonly string[]).includes(name);
}

function drawnFields(where: string, known: Record<string, number | Matrix>, dIn: number, d: number): DrawnViews {
  const { samples } = known;
  checkInteger('samples', samples, { min: 2 });
  const indices = matrixField(where, known, 'keptIndices');
  const kept = indices.data.length;
  const views = matrixField(where, known, 'keptViews');
  const inputs = matrixField(where, known, 'keptInputs');
  checkSameShape('keptViews', views, kept * samples, d);
  checkSameShape('keptInputs', inputs, kept, dIn);
  for (const index of indices.data) checkInteger('keptIndices', index, { min: 0 });
  // As they were, unless they are too large or small for floats.
  const floats = new Float32Array(views.data);
  const narrow = floats.every((value, at) => value === views.data[at]);
  return {
    samples,
    views: narrow ? new Matrix(views.rows, d, floats) : views,
    inputs,
    indices: new Float64Array(indices.data),
  };
}

function matrixField(where: string, known: Record<string, number | Matrix>, name: string): Matrix {
  const value = known[name];
  if (!(value instanceof Matrix)) {
    throw new EigenviewError('INVALID_ARGUMENT', `${where} lacks the field '${name}'.`, {
      argument: name,
      expected: 'an array',
      received: describe(value),
    });
  }
  checkFinite(name, value);
  return value;
}

/** To the last bit. */
export function encode(value: Matrix | Float64Array): JsonArray {
  const [rows, cols, data] = value instanceof Matrix ? [value.rows, value.cols, value.data] : [value.length, 1, value];
  const bytes = Buffer.from(new Float64Array(data).buffer);
  if (endianness() === 'BE') bytes.swap64();
  return { rows, cols, base64: bytes.toString('base64') };
}

/**
 * What {@link encode} made; numbers may be anything.
 *
 * @throws EigenviewError `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `SHAPE_MISMATCH`
 */
export function decode(name: string, value: unknown): Matrix {
  const { rows, cols, base64 } = (value ?? {}) as Partial<JsonArray>;
  checkInteger(`${name}.rows`, rows, { min: 1 });
  checkInteger(`${name}.cols`, cols, { min: 1 });
  const bytes = Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
  if (bytes.length !== 8 * rows * cols) {
    throw new EigenviewError('SHAPE_MISMATCH', `The numbers of field '${name}' do not fill its shape.`, {
      argument: `${name}.base64`,
      expected: `${8 * rows * cols} bytes (${rows}×${cols} float64)`,
      received: String(bytes.length),
    });
  }
  if (endianness() === 'BE') bytes.swap64();
  // Copied: Node keeps small buffers in a shared pool, at any offset.
  return new Matrix(rows, cols, new Float64Array(new Uint8Array(bytes).buffer));
}
