import { basename, resolve } from 'node:path';
import type { CallOptions } from '../backends/select.js';
import { openData } from '../data/open.js';
import { checkOptions } from '../matrix/check.js';
import { builtInDataset } from './built-in.js';
import { KEYS, type ResolvedStudyConfig } from './config.js';
import { type StudyDataset, tableDataset } from './dataset.js';
import { SIGNAL_DIMS } from './protocol.js';

export type DatasetConfig = Partial<
  Pick<ResolvedStudyConfig, 'data' | 'dataset' | 'labels' | 'target' | 'grayscale' | 'signalDims'>
>;

/**
 * The data set that a configuration names: any file or folder that {@link openData} reads, reduced to its principal
 * components, or the built-in one.
 *
 * @throws EigenviewError as {@link openData} and {@link tableDataset}
 * @example
 * ```ts
 * const dataset = await openStudyDataset({ data: 'measurements.csv', labels: 'species', signalDims: 4 });
 * ```
 */
export async function openStudyDataset(config: DatasetConfig, options: CallOptions = {}): Promise<StudyDataset> {
  // Whole configurations are taken too, of which most says nothing of the data.
  checkOptions('openStudyDataset', config ?? null, Object.keys(KEYS));
  const { data, labels, target, grayscale, signalDims = SIGNAL_DIMS } = config;
  if (data === undefined) return builtInDataset(signalDims);
  const source = await openData(data, {
    ...(labels !== undefined && { labels }),
    ...(target !== undefined && { target }),
    ...(grayscale !== undefined && { grayscale }),
  });
  return tableDataset(basename(resolve(data)), source, { signalDims, ...options });
}
