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
  const progress = new DynamicsProgress({ mode, ...streams });
  progress.stage('moments');
  progress.begin({ name: 'normals', total: 2, warning: 'this takes some 40 s' });
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
    // What is said for good has a line of its own, the bar none.
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain('\r\x1b[Kdynamics: this takes some 40 s\n');
    expect(stderr).toContain('dynamics: moments …');
    expect(stderr).toContain('1/2 starts');
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
    const narrow = follow('bar', 20).stderr.split('\r\x1b[K');
    for (const line of narrow.filter((text) => !text.endsWith('\n'))) expect(line.length).toBeLessThan(20);
  });

  it('writes one event a line for machines', () => {
    const { stderr, stdout, first } = follow('json');
    expect(stderr).toBe('');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['stage', 'begin', 'start', 'start', 'end']);
    expect(events[1]).toEqual({ event: 'begin', name: 'normals', total: 2, warning: 'this takes some 40 s' });
    expect(events[2]).toMatchObject({ start: first.start, outcome: first.outcome });
    expect(events[4]).toEqual({ event: 'end', seconds: 1 });
  });

  it('is brief in files, and silent when told', () => {
    expect(follow('lines').stderr).toBe('dynamics: moments\ndynamics: this takes some 40 s\ndynamics: 2 starts\n');
    const { stderr, stdout } = follow('quiet');
    expect(stderr + stdout).toBe('');
  });
});
