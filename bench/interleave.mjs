import { setTimeout } from 'node:timers/promises';

/** Seconds of one run. */
async function time(run) {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

/**
 * Runs a case's contestants in turn, A B C A B C …, after one warm-up each. A contestant returns nothing, or the seconds
 * it measured itself. Slow ones say how often they are worth running.
 */
export async function interleave({ name, work, unit, contestants }, rounds) {
  const samples = new Map(contestants.map(({ name: who }) => [who, []]));
  for (const { run, rounds: own = rounds } of contestants) if (own > 1) await run();
  for (let round = 0; round < rounds; round++) {
    for (const { name: who, run, rounds: own = rounds } of contestants) {
      if (round >= own) continue;
      // BLAS threads of the last contestant spin for a while before they sleep.
      await setTimeout(150);
      let measured;
      const seconds = await time(async () => {
        measured = await run();
      });
      samples.get(who).push(typeof measured === 'number' ? measured : seconds);
    }
  }
  return { name, work, unit, contestants, samples };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line a contestant: median seconds, rate, and how many times as long as eigenview, pair by pair. */
export function table(rows) {
  const lines = ['| case | program | median | rate | time / eigenview |', '|---|---|---:|---:|---:|'];
  for (const { name, work, unit, contestants, samples } of rows) {
    const own = samples.get('eigenview');
    for (const { name: who, share = 1 } of contestants) {
      const times = samples.get(who).map((seconds) => seconds / share);
      const ratio = median(times.map((seconds, i) => seconds / own[i]));
      const rate = work === undefined ? '' : `${(work / median(times) / 1e9).toFixed(1)} ${unit}`;
      lines.push(`| ${name} | ${who} | ${format(median(times))} | ${rate} | ${ratio.toFixed(2)} × |`);
    }
  }
  return lines.join('\n');
}

function format(seconds) {
  return seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}
