import { EigenviewError } from '../errors.js';
import { findColumn } from './csv-layout.js';

/**
 * Which columns of a table are features: those named, or else all that are no labels.
 *
 * @throws EigenviewError `EMPTY` without any, `INVALID_ARGUMENT` for a label column among them, otherwise as `findColumn`
 */
export function chooseFeatures(
  path: string,
  names: readonly string[],
  columns: readonly (string | number)[] | undefined,
  labels: readonly number[] = [],
): number[] {
  const features =
    columns?.map((column) => findColumn(path, names, column)) ??
    names.map((_, j) => j).filter((j) => !labels.includes(j));
  if (features.length === 0) {
    throw new EigenviewError('EMPTY', 'There is no column of features.', { file: path, expected: 'at least one' });
  }
  const clash = features.find((j) => labels.includes(j));
  if (clash === undefined) return features;
  throw new EigenviewError('INVALID_ARGUMENT', 'A label column cannot be a feature.', {
    file: path,
    argument: 'columns',
    expected: 'without the label column',
    received: `${names[clash]} among them`,
  });
}
