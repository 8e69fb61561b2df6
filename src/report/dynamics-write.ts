import { join } from 'node:path';
import { writeAtomically } from '../store/atomic.js';
import { trajectoriesCsv } from './dynamics-csv.js';
import { dynamicsFigure } from './dynamics-figure.js';
import { type DynamicsProvenance, type DynamicsRecord, dynamicsHtml, dynamicsTitle } from './dynamics-html.js';
import type { DynamicsRun } from './dynamics-run.js';
import { fittingScale, renderPng } from './png.js';

/** What a run leaves in its folder; summary.json is written last, and says that the others are whole. */
export const DYNAMICS_FILES = ['report.html', 'figure.svg', 'figure.png', 'trajectories.csv', 'summary.json'] as const;

/**
 * Writes a run's tables, figure and report into a folder, each file whole or not at all.
 *
 * @returns the paths of the files, report.html first
 * @throws EigenviewError `FILE_IO` when the system refuses; `BACKEND_UNAVAILABLE` where PNG files cannot be drawn
 * @example
 * ```ts
 * const paths = await writeDynamics('eigenview-dynamics', run, provenance);
 * ```
 */
export async function writeDynamics(
  folder: string,
  run: DynamicsRun,
  provenance: DynamicsProvenance,
): Promise<string[]> {
  const svg = await dynamicsFigure(run, { title: dynamicsTitle(run.summary) });
  const png = await renderPng(svg, { scale: fittingScale(svg) });
  const record: DynamicsRecord = { ...run.summary, provenance };
  const contents = {
    'report.html': await dynamicsHtml(run, provenance, svg),
    'figure.svg': svg,
    'figure.png': png,
    'trajectories.csv': trajectoriesCsv(run),
    'summary.json': `${JSON.stringify(record, null, 2)}\n`,
  };
  const paths: string[] = [];
  for (const name of DYNAMICS_FILES) {
    const path = join(folder, name);
    await writeAtomically(path, contents[name]);
    paths.push(path);
  }
  return paths;
}
