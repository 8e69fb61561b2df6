import type { DynamicsSummary } from '../report/dynamics-run.js';
import { duration } from './progress.js';

/** What a finished run prints. */
export function dynamicsText({ findings, starts }: DynamicsSummary, report: string, seconds: number): string {
  const lines = [
    ...findings.theory,
    ...findings.observed,
    ...findings.advice,
    `${starts.length} ${starts.length === 1 ? 'start' : 'starts'}, in ${duration(seconds)}`,
    report,
  ];
  return `${lines.join('\n')}\n`;
}
