import { describe, expect, it } from 'vitest';
import { trajectoriesCsv } from '../../src/report/dynamics-csv.js';
import { fakeRun } from './dynamics-runs.js';

const lines = (run: ReturnType<typeof fakeRun>) =>
  Buffer.concat([...trajectoriesCsv(run)])
    .toString()
    .trimEnd()
    .split('\n');

describe('trajectoriesCsv', () => {
  it('has a line for each saved time of each start, its numbers in full', () => {
    const run = fakeRun({ ends: [1, 0], modes: 2, k: 1 });
    const [header, ...rows] = lines(run);
    expect(header).toBe('start,time,energy,predictorTrace,misalignment,u1,u2');
    expect(rows).toHaveLength(run.series.reduce((sum, { times }) => sum + times.length, 0));
    const fields = (rows[121 + 5] as string).split(',').map(Number);
    const second = run.series[1];
    expect(fields).toEqual([
      2,
      second?.times[5],
      second?.energy[5],
      second?.predictorTrace[5],
      second?.alignment?.[5],
      ...(second?.amplitudes[5] ?? []),
    ]);
  });

  it('leaves empty what is not defined', () => {
    const run = fakeRun({ ends: [0], modes: 1, k: 1, alignment: false });
    expect(lines(run)[1]?.split(',')[4]).toBe('');
    const gap = fakeRun({ ends: [0], modes: 1, k: 1 });
    gap.series[0]?.alignment?.fill(Number.NaN);
    expect(lines(gap)[1]?.split(',')[4]).toBe('');
  });
});
