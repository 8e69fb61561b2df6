/** The package where its native module is missing or broken. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageFolder, runProgram } from '../support/program.js';
import { TemporaryFolder } from '../support/temporary.js';

const folder = new TemporaryFolder();

/** A copy of the package without its native module, or with these bytes in its place. */
function packageWith(name: string, module?: string): string {
  const copy = folder.at(name);
  for (const part of ['dist', 'package.json']) cpSync(join(packageFolder, part), join(copy, part), { recursive: true });
  symlinkSync(join(packageFolder, 'node_modules'), join(copy, 'node_modules'));
  if (module !== undefined) {
    mkdirSync(join(copy, 'build', 'Release'), { recursive: true });
    writeFileSync(join(copy, 'build', 'Release', 'eigenview.node'), module);
  }
  return copy;
}

interface Report {
  warnings: { name: string; code: string; message: string }[];
  outcomes: { s?: number[]; code?: string; argument?: string; message?: string }[];
}

async function report(at: string, backends: string[], environment: NodeJS.ProcessEnv = {}): Promise<Report> {
  const variables = { EIGENVIEW_BACKEND: undefined, EIGENVIEW_THREADS: undefined, ...environment };
  const { code, signal, stdout, stderr } = await runProgram('backend', [at, ...backends], variables);
  expect({ code, signal }, stderr).toEqual({ code: 0, signal: null });
  return JSON.parse(stdout) as Report;
}

const right = { s: [4, 3] };

describe.each([
  ['missing', packageWith('missing'), 'has not been built'],
  ['broken', packageWith('broken', 'not a library'), 'does not load'],
])('a native module that is %s', (_, at, why) => {
  test('auto computes in JavaScript and warns once', async () => {
    const { warnings, outcomes } = await report(at, ['default', 'auto', 'default']);
    expect(outcomes).toEqual(Array(6).fill(right));
    expect(warnings).toEqual([
      { name: 'EigenviewWarning', code: 'EIGENVIEW_BACKEND_FALLBACK', message: expect.stringContaining(why) },
    ]);
  });

  test('native says what is wrong and what to do, each time', async () => {
    const { warnings, outcomes } = await report(at, ['native', 'native']);
    expect(outcomes.map(({ code }) => code)).toEqual(Array(4).fill('BACKEND_UNAVAILABLE'));
    for (const { message } of outcomes) {
      expect(message).toContain(why);
      expect(message).toContain('npm run setup');
    }
    expect(warnings).toEqual([]);
  });

  test('what EIGENVIEW_BACKEND says is taken at its word', async () => {
    const js = await report(at, ['default'], { EIGENVIEW_BACKEND: 'js' });
    expect(js).toEqual({ warnings: [], outcomes: [right, right] });
    const native = await report(at, ['default'], { EIGENVIEW_BACKEND: 'native' });
    expect(native.outcomes.map(({ code }) => code)).toEqual(Array(2).fill('BACKEND_UNAVAILABLE'));
  });
});

describe('a native module that is there', () => {
  test('is what auto takes, without a word', async () => {
    const { warnings, outcomes } = await report(packageFolder, ['default', 'native', 'auto', 'js']);
    expect(outcomes).toEqual(Array(8).fill(right));
    expect(warnings).toEqual([]);
  });

  test('a bad EIGENVIEW_THREADS is named', async () => {
    const { outcomes } = await report(packageFolder, ['native'], { EIGENVIEW_THREADS: 'none' });
    expect(outcomes[0]).toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'EIGENVIEW_THREADS' });
    expect(outcomes[0]?.message).toContain('"none"');
  });
});
