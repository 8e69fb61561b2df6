import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../store/atomic.js';
import { checkPath } from '../store/files.js';
import type { StudyCell } from '../study/cell.js';
import type { StudyRecord } from '../study/summary.js';
import { checkStudy } from './comparison.js';
import { drawOne, FIGURES, type ReportFigures } from './draw-report.js';
import { fittingScale, loadResvg, renderPng } from './png.js';
import { reportHtml } from './report-html.js';
import { loadECharts } from './svg.js';

/**
 * Writes a study's figures (figure, angle and phase, each .svg and .png) and report.html into a folder, each file whole
 * or not at all. A figure that the study has nothing for is left out.
 *
 * @returns the paths of the files, report.html first
 * @throws EigenviewError `INVALID_ARGUMENT`; `FILE_IO` when the system refuses; `BACKEND_UNAVAILABLE` where PNG files cannot be drawn
 * @example
 * ```ts
 * const paths = await writeReport('eigenview-study', record, cells);
 * ```
 */
export async function writeReport(folder: string, record: StudyRecord, cells: readonly StudyCell[]): Promise<string[]> {
  checkPath('folder', folder);
  checkStudy('record, cells', { record, cells });
  const figures: ReportFigures = { figure: null, angle: null, phase: null };
  const writes: Promise<PromiseSettledResult<string>[]>[] = [];
  // A picture is made in another thread while this one draws the next figure.
  try {
    for (const name of FIGURES) {
      const svg = await drawOne(name, record, cells);
      figures[name] = svg;
      if (svg !== null) writes.push(Promise.allSettled(writeFigure(join(folder, name), svg)));
      else await removeFigure(join(folder, name));
    }
    const page = await reportHtml(record, cells, figures);
    writes.unshift(Promise.allSettled([write(join(folder, 'report.html'), page)]));
  } finally {
    // Every write has ended before a failure is told: none goes on behind the caller's back.
    await Promise.all(writes);
  }
  return (await Promise.all(writes)).flat().map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** Starts loading what draws, which takes a moment, while cells are computed. Failures show when it is needed. */
export function preloadReport(): void {
  loadECharts().catch(() => undefined);
  loadResvg().catch(() => undefined);
}

/** One of an earlier run would be taken for this one's. */
async function removeFigure(stem: string): Promise<void> {
  await Promise.all(['svg', 'png'].map((kind) => rm(`${stem}.${kind}`, { force: true })));
}

function writeFigure(stem: string, svg: string): Promise<string>[] {
  const picture = renderPng(svg, { scale: fittingScale(svg) });
  return [write(`${stem}.svg`, svg), picture.then((png) => write(`${stem}.png`, png))];
}

async function write(path: string, contents: string | Uint8Array): Promise<string> {
  await writeAtomically(path, contents);
  return path;
}
