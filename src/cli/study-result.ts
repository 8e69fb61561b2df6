import { join } from 'node:path';
import { LEAST_SIZES } from '../study/slope.js';
import type { StudyRecord } from '../study/summary.js';
import { duration } from './progress.js';

/** What a finished study prints. */
export function resultText(record: StudyRecord, folder: string, files: readonly string[], seconds: number): string {
  const { cells, agreement, advice, provenance } = record;
  const { clear, close } = agreement;
  const judged = clear.agree + clear.disagree + clear.undecided;
  const near = close.agree + close.disagree + close.undecided;
  const lines = advice.map(({ noise, theta, k, words }) => `noise ${noise}, theta ${theta}, k ${k}: ${words}`);
  if (advice.length === 0 && cells.finished > 0 && record.grid.problems.some((problem) => problem !== 'supervised')) {
    lines.push(
      'No verdict: the samples have fewer directions of signal than k. Use more rows (n) or fewer signal dimensions.',
    );
  }
  if (judged > 0) {
    const undecided = clear.undecided > 0 ? `, ${clear.undecided} undecided` : '';
    lines.push(
      `Observed and predicted verdicts agree in ${clear.agree} of ${judged} cases${undecided}; ${near} more are too close to their threshold to call.`,
    );
  }
  if (clear.undecided > 0 && record.grid.n.length < LEAST_SIZES)
    lines.push('An observed verdict needs at least four sample sizes.');
  const first = record.failures[0];
  if (first !== undefined) lines.push(`${cells.failed} cells could not be computed, the first: ${first.error.message}`);
  const reused = provenance.reused > 0 ? `, ${provenance.reused} of them from before` : '';
  lines.push(`${cells.finished} cells${reused}, in ${duration(seconds)}`);
  lines.push(files[0] ?? join(folder, 'summary.json'));
  return `${lines.join('\n')}\n`;
}
