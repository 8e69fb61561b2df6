import type { StudyCell } from '../study/cell.js';
import type { StudyGrid, StudySummary } from '../study/summary.js';
import { hasThreshold } from './phase.js';
import { phaseDiagram } from './phase-diagram.js';
import { studyFigure } from './study-figure.js';

/** The figures of a report, as SVG text; null where the study has nothing for one. */
export interface ReportFigures {
  /** Distance to optimality. */
  figure: string | null;
  angle: string | null;
  phase: string | null;
}

export const FIGURES = ['figure', 'angle', 'phase'] as const satisfies (keyof ReportFigures)[];

export async function drawReport(summary: StudySummary, cells: readonly StudyCell[]): Promise<ReportFigures> {
  const figures: ReportFigures = { figure: null, angle: null, phase: null };
  for (const name of FIGURES) figures[name] = await drawOne(name, summary, cells);
  return figures;
}

export async function drawOne(
  name: keyof ReportFigures,
  summary: StudySummary,
  cells: readonly StudyCell[],
): Promise<string | null> {
  const title = `Alignment study, ${summary.dataset.name}`;
  if (name === 'phase') return summary.thresholds.some(hasThreshold) ? phaseDiagram(summary, { title }) : null;
  const shown = name === 'angle' ? withEvidence(summary, cells) : cells;
  if (shown.length === 0) return null;
  return studyFigure(shown, { title, measure: name === 'angle' ? 'angle' : 'distance' });
}

/** Supervised weights have the rank of the targets: directions of signal without target keep an arbitrary angle. */
function withEvidence({ grid }: StudySummary, cells: readonly StudyCell[]): readonly StudyCell[] {
  return onlySupervised(grid) ? cells : cells.filter(({ problem }) => problem !== 'supervised');
}

export function onlySupervised({ problems }: StudyGrid): boolean {
  return problems.length > 0 && problems.every((problem) => problem === 'supervised');
}
