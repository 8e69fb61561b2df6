import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DynamicsProgress } from '../../src/cli/dynamics-progress.js';
import type { ProgressMode } from '../../src/cli/progress.js';
import type { StartOutcome } from '../../src/report/dynamics-run.js';
import { fakeRun } from '../report/dynamics-runs.js';

function sink() {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { stream, text: () => text };
}

function follow(mode: ProgressMode, columns = 80) {
  const [stderr, stdout] = [sink(), sink()];
  const [first, second] = fakeRun().summary.starts as [StartOutcome, StartOutcome];
  const streams = { stderr: Object.assign(stderr.stream, { columns }), stdout: stdout.stream };
  const progress = new DynamicsProgress({ mode, name: 'normals', total: 2, ...streams });
  progress.start(first);
  progress.start(second);
  progress.end({ seconds: 1 });
  progress.end({ seconds: 2 });
  return { stderr: stderr.text(), stdout: stdout.text(), first };
}

describe('DynamicsProgress', () => {
  it('draws a bar on one line and takes it away', () => {
    const { stderr, stdout } = follow('bar');
    expect(stdout).toBe('');
    expect(stderr).not.toContain('\n');
    expect(stderr).toContain('1/2 starts');
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
    for (const line of follow('bar', 20).stderr.split('\r\x1b[K')) expect(line.length).toBeLessThan(20);
  });

  it('writes one event a line for machines', () => {
    const { stderr, stdout, first } = follow('json');
    expect(stderr).toBe('');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['begin', 'start', 'start', 'end']);
    expect(events[0]).toEqual({ event: 'begin', name: 'normals', total: 2 });
    expect(events[1]).toMatchObject({ seed: first.seed, outcome: first.outcome });
    expect(events[3]).toEqual({ event: 'end', seconds: 1 });
  });

  it('is brief in files, and silent when told', () => {
    expect(follow('lines').stderr).toBe('dynamics: 2 starts\n');
    const { stderr, stdout } = follow('quiet');
    expect(stderr + stdout).toBe('');
  });
});
