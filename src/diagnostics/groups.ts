import { describe, EigenviewError } from '../errors.js';
import type { Matrix } from '../matrix/matrix.js';

/** Which sample each row is a view of: anything that names it, equal for views of one sample. */
export type SampleIds = ArrayLike<number> | readonly string[];

/** Rows by sample, in the order in which the samples first occur. */
export type RowGroups = readonly (readonly number[])[];

/**
 * The rows of each sample.
 *
 * @throws EigenviewError `SHAPE_MISMATCH` when there is not one id a row, `INVALID_ARGUMENT` for ids that are neither numbers nor
 * strings, and unless there are two samples at least with two rows at least each
 */
export function groupRows(z: Matrix, groups: SampleIds): RowGroups {
  const ids = readIds(groups);
  if (ids.length !== z.rows) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each row belongs to a sample.', {
      argument: 'groups',
      expected: `of length ${z.rows}, one id for each row of z`,
      received: `length ${ids.length}`,
    });
  }
  const byId = new Map<unknown, number[]>();
  for (let row = 0; row < ids.length; row++) {
    const id: unknown = ids[row];
    if (typeof id !== 'string' && (typeof id !== 'number' || !Number.isFinite(id))) throw noId(row, id);
    const rows = byId.get(id);
    if (rows === undefined) byId.set(id, [row]);
    else rows.push(row);
  }
  for (const [id, rows] of byId) if (rows.length < 2) throw tooFew(`sample ${describe(id)} with one row`);
  if (byId.size < 2) throw tooFew('one sample');
  return [...byId.values()];
}

function readIds(groups: unknown): ArrayLike<unknown> {
  if (Array.isArray(groups)) return groups;
  if (ArrayBuffer.isView(groups) && 'length' in groups) return groups as unknown as ArrayLike<unknown>;
  throw new EigenviewError('INVALID_ARGUMENT', 'Sample ids come as an array.', {
    argument: 'groups',
    expected: 'an array of numbers or strings, one for each row',
    received: describe(groups),
  });
}

function noId(row: number, id: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'A sample is named by a number or a string.', {
    argument: `groups[${row}]`,
    expected: 'a finite number or a string',
    received: describe(id),
  });
}

function tooFew(received: string): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'Spread within and between samples needs some of both.', {
    argument: 'groups',
    expected: 'of at least two samples with at least two rows each',
    received,
    fix: 'Embed several views of each sample and give the views of one sample one id.',
  });
}
