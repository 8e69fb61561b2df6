import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simsiamFilter } from '../../src/dynamics/filters.js';
import { eigenview } from '../support/command.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();
const SMALL = ['--pair', 'gaussian:rho=0.9,degree=4', '--k', '2', '--starts', '3'];
const dynamics = (...args: string[]) => eigenview(['dynamics', ...args]);

describe('eigenview dynamics', () => {
  it('says what was predicted and found, and where the report is', () => {
    const out = folder.at('run');
    const { status, stdout, stderr } = dynamics(...SMALL, '--lambda', '0.12', '--out', out);
    expect([status, stderr]).toEqual([0, 'dynamics: 3 starts\n']);
    expect(stdout).toContain('SimSiam can hold the modes with |s| ≥ 2√λ = 0.693');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(join(out, 'report.html'));
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    const filter = simsiamFilter(
      Array.from({ length: 5 }, (_, j) => 0.9 ** j),
      0.12,
    );
    expect(summary.levels.map((level: number | null) => level ?? 0)).toBeCloseToArray(filter, 1e-12);
    for (const { amplitudes, modes } of summary.starts) {
      for (const mode of modes) expect(amplitudes[mode]).toBeCloseTo(filter[mode] as number, 8);
    }
  });

  it('writes events for machines', () => {
    const { status, stdout, stderr } = dynamics(...SMALL, '--flow', 'peira', '--json', '--out', folder.at('json'));
    expect([status, stderr]).toEqual([0, '']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['begin', 'start', 'start', 'start', 'end']);
    expect(events.at(-1)).toMatchObject({ outcomes: { full: 3 }, agreement: { agree: 3 } });
  });

  it('explains itself', () => {
    const { status, stdout } = dynamics('--help');
    expect(status).toBe(0);
    for (const words of ['gaussian:rho=0.9,degree=8', 'torus:', 'discrete:', 'latent:', '--augment', 'Exit codes'])
      expect(stdout).toContain(words);
  });

  it.each([
    ['--flow', ['--flow', 'byol']],
    ['--k', ['--k', 'three']],
    ['--kappa', ['--flow', 'deep-linear', '--rho', '0.9,0.5', '--kappa', '1']],
    ['degree', ['--pair', 'gaussian:degree=0', '--centered']],
    ['exchangeable', ['--pair', `discrete:${folder.write('skew.csv', '3,1\n2,4\n')}`, '--k', '1']],
    ['CUDA module', ['--backend', 'cuda']],
    ['row 0, column 1', ['--pair', `discrete:${folder.write('signs.csv', '1,-1\n-1,1\n')}`]],
    ['rho once', ['--pair', 'gaussian:rho=0.9,rho=0.5']],
    ['ragged.csv', ['--pair', `discrete:${folder.write('ragged.csv', '1,2\n3\n')}`]],
    ['--t-max', ['--t-max', '0']],
    ['--target-rate', ['--flow', 'linear-simsiam', '--target-rate', '-1']],
    ['lambda', ['--lambda', '0']],
    ['k', ['--k', '99']],
    ['pair', ['--pair', 'normal']],
    ['rho', ['--pair', 'gaussian:rho=2']],
    ['--depth', ['--depth', '2']],
    ['augment', ['--data', 'x']],
    ['--size', ['--size', '3']],
    ['--shape', ['--shape', 'wide']],
    ['quiet', ['--json', '--quiet']],
  ])('ends with 2 for wrong usage, naming %s', (name, args) => {
    const out = folder.at('none');
    const { status, stdout, stderr } = dynamics('--out', out, ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(out)).toBe(false);
  });

  it('ends with 2 rather than overwrite, and with 1 for a file that is missing', () => {
    const again = dynamics(...SMALL, '--out', folder.at('run'));
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('Choose another folder');
    const missing = dynamics('--pair', `discrete:${folder.at('none.csv')}`, '--out', folder.at('missing'));
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('No such file');
    expect(existsSync(folder.at('missing'))).toBe(false);
  });
});
