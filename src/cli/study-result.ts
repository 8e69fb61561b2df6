import { join } from 'node:path';
import type { StudyRecord } from '../study/summary.js';

/** What a finished study prints. */
export function resultText(record: StudyRecord, folder: string, files: readonly string[], seconds: number): string {
  const { cells, agreement, advice, provenance } = record;
  const { clear, close } = agreement;
  const judged = clear.agree + clear.disagree + clear.undecided;
  const near = close.agree + close.disagree + close.undecided;
  const lines = advice.map(({ noise, theta, k, words }) => `noise ${noise}, theta ${theta}, k ${k}: ${words}`);
  if (judged > 0) {
    const undecided = clear.undecided > 0 ? `, ${clear.undecided} undecided` : '';
    lines.push(
      `Observed and predicted verdicts agree in ${clear.agree} of ${judged} cases${undecided}; ${near} more are too close to their threshold to call.`,
    );
  }
  if (cells.failed > 0) lines.push(`${cells.failed} cells could not be computed; summary.json says why.`);
  const reused = provenance.reused > 0 ? `, ${provenance.reused} of them from before` : '';
  lines.push(`${cells.finished} cells${reused}, in ${seconds.toFixed(1)} s`);
  lines.push(files[0] ?? join(folder, 'summary.json'));
  return `${lines.join('\n')}\n`;
}
