import type { DynamicsRun, StartSeries } from './dynamics-run.js';

/**
 * Every start at every saved time, as CSV in pieces: start (from 1), time, energy, predictorTrace, misalignment, and the
 * amplitude of each canonical mode, u1 the first. Numbers are written in full; an empty field is one that is not defined.
 */
export function* trajectoriesCsv({ summary, series }: DynamicsRun): Generator<Uint8Array> {
  const modes = summary.correlations.map((_, i) => `u${i + 1}`);
  const encoder = new TextEncoder();
  yield encoder.encode(`${['start', 'time', 'energy', 'predictorTrace', 'misalignment', ...modes].join(',')}\n`);
  for (const [i, one] of series.entries()) yield encoder.encode(rows(i + 1, one));
}

function rows(start: number, { times, energy, predictorTrace, alignment, amplitudes }: StartSeries): string {
  return Array.from(times, (time, t) => {
    const numbers = [time, energy[t], predictorTrace[t], alignment?.[t], ...(amplitudes[t] as Float64Array)];
    return `${start},${numbers.map(field).join(',')}\n`;
  }).join('');
}

function field(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(value);
}
