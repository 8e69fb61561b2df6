import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readDocument } from '../store/document.js';
import { parseStudyConfig, type ResolvedStudyConfig, type StudyConfig } from './config.js';

/**
 * Reads a study's configuration from a YAML or JSON file. Relative paths in it start from the folder it is in; `labels` is
 * a path if there is such a file, else the name of a column.
 *
 * @param overrides keys that stand above the file's, such as the command line's, with paths as they are
 * @throws EigenviewError `FILE_NOT_FOUND`, `FILE_IO`; `FILE_FORMAT` for what is not YAML or JSON, with line and column; as
 * {@link parseStudyConfig}
 * @example
 * ```ts
 * const config = await readStudyConfig('study.yaml', { seeds: 30 });
 * ```
 */
export async function readStudyConfig(path: string, overrides: StudyConfig = {}): Promise<ResolvedStudyConfig> {
  const value = await readDocument('config', path);
  // What is not an object is refused in the same words as anywhere.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return parseStudyConfig(value, path);
  const own: Record<string, unknown> = { ...value };
  await resolvePaths(own, dirname(path));
  const above = Object.entries(overrides).filter(([, item]) => item !== undefined);
  if (above.some(([key]) => key === 'data')) delete own.dataset;
  if (above.some(([key]) => key === 'dataset')) for (const key of ['data', 'labels']) delete own[key];
  return parseStudyConfig({ ...own, ...Object.fromEntries(above) }, path);
}

async function resolvePaths(config: Record<string, unknown>, folder: string): Promise<void> {
  const { data, labels } = config;
  if (typeof data === 'string' && data !== '') config.data = resolve(folder, data);
  if (typeof labels !== 'string' || labels === '' || labels.includes('\0')) return;
  const file = resolve(folder, labels);
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile()) config.labels = file;
}
