import type { ResolvedStudyConfig } from '../study/config.js';
import { estimateStudy } from '../study/cost.js';
import { duration } from './progress.js';

/** What `--dry-run` prints: the grid, the number of cells, and what they will take on this machine. */
export async function estimateText(config: ResolvedStudyConfig, json: boolean): Promise<string> {
  const estimate = await estimateStudy(config);
  if (json) return `${JSON.stringify({ event: 'estimate', ...estimate })}\n`;
  const { grid, cells, data, seconds, bytes } = estimate;
  const lines = Object.entries(grid).map(([key, values]) => [key, listed(values)]);
  lines.unshift([
    'data',
    `${config.data ?? 'built-in'}, ${data.rows ?? 'any number of'} rows × ${data.cols}, ${data.signalDims} signal dimensions`,
  ]);
  lines.push(['cells', String(cells)]);
  const parts = `data ${duration(seconds.data)}, samples ${duration(seconds.samples)}, cells ${duration(seconds.cells)}`;
  lines.push(
    ['time', `about ${duration(seconds.total)} (${parts})`],
    ['memory', `about ${Math.round(bytes / 1e6)} MB`],
  );
  return `${lines.map(([key, value]) => `${(key as string).padEnd(10)} ${value}`).join('\n')}\n`;
}

function listed(values: readonly unknown[]): string {
  if (values.length <= 20) return values.join(', ');
  return `${values.slice(0, 10).join(', ')} … ${values.at(-1)} (${values.length})`;
}
