import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Clone, lockfile } from '../support/clone.js';

let finished: Clone;
let clone: Clone;

beforeAll(async () => {
  finished = new Clone();
  await finished.setup();
  finished.calls();
});

afterAll(() => finished.remove());

beforeEach(() => {
  clone = new Clone();
});

afterEach(() => clone.remove());

async function expectCalls(calls: string[]): Promise<void> {
  const { code, output } = await clone.setup();
  expect({ code, calls: clone.calls() }, output).toEqual({ code: 0, calls });
}

describe('a fresh clone', () => {
  it('is made ready in order, then left alone in silence', async () => {
    const { code, output } = await clone.setup();
    expect(code, output).toBe(0);
    expect(output.trim().split('\n')).toEqual([
      expect.stringMatching(/^npm packages \.\.\. [\d.]+ s$/),
      expect.stringMatching(/^native module \.\.\. [\d.]+ s$/),
      expect.stringMatching(/^TypeScript \.\.\. [\d.]+ s$/),
    ]);
    expect(clone.calls()).toEqual(['npm', 'node-gyp', 'tsc', 'rolldown']);
    expect(clone.has('dist/linalg/svd.d.ts')).toBe(true);
    expect(statSync(clone.path('dist/cli/main.js')).mode & 0o111).toBe(0o111);
    expect(await clone.setup()).toEqual({ code: 0, output: '' });
    expect(clone.calls()).toEqual([]);
  });

  it('needs package-lock.json', async () => {
    rmSync(clone.path('package-lock.json'));
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(output).toContain('in a clone of the repository');
  });
});

describe('a finished clone', () => {
  beforeEach(() => {
    clone.remove();
    clone = new Clone(finished);
  });

  it('needs nothing', () => expectCalls([]));

  it('compiles TypeScript alone when a source changed', async () => {
    clone.write('src/linalg/eig.ts', 'export {};');
    await expectCalls(['tsc', 'rolldown']);
  });

  it('drops from dist what left src', async () => {
    rmSync(clone.path('src/linalg/svd.ts'));
    await expectCalls(['tsc', 'rolldown']);
    expect(clone.has('dist/linalg')).toBe(false);
    expect(clone.has('dist/index.js')).toBe(true);
  });

  it.each(['binding.gyp', 'native/core/kernel.cpp', 'native/core/new.h', 'native/binding/addon.cpp'])(
    'builds the native module alone when %s changed',
    async (file) => {
      clone.write(file, '// changed');
      await expectCalls(['node-gyp']);
    },
  );

  it('takes no notice of hidden files and native tests', async () => {
    clone.write('native/core/.kernel.cpp.swp', '');
    clone.write('native/test/parity.cpp', '');
    clone.write('src/.index.ts.swp', '');
    await expectCalls([]);
  });

  it('builds on top of the last build, but from nothing when make could miss a change', async () => {
    clone.write('build/Release/kept', '');
    clone.write('native/core/kernel.cpp', 'int newer;');
    await expectCalls(['node-gyp']);
    expect(clone.has('build/Release/kept')).toBe(true);
    clone.write('native/core/kernel.cpp', 'int older;');
    utimesSync(clone.path('native/core/kernel.cpp'), 1, 1);
    await expectCalls(['node-gyp']);
    expect(clone.has('build/Release/kept')).toBe(false);
  });

  it('repeats everything when the locked packages changed', async () => {
    clone.write('package-lock.json', lockfile('1.0.1'));
    await expectCalls(['npm', 'node-gyp', 'tsc', 'rolldown']);
  });

  it('builds the native module again when OpenBLAS changed', async () => {
    clone.command('pkg-config', 'echo 9.9.9');
    await expectCalls(process.platform === 'linux' ? ['node-gyp'] : []);
  });

  it.each([
    ['dist', 'tsc', 'rolldown'],
    ['dist/index.js', 'tsc', 'rolldown'],
    ['dist/linalg/svd.d.ts', 'tsc', 'rolldown'],
    ['dist/chunks/late.js', 'tsc', 'rolldown'],
    ['build/Release/eigenview.node', 'node-gyp'],
    ['node_modules', 'npm'],
    ['node_modules/typescript', 'npm'],
    ['node_modules/.package-lock.json', 'npm'],
  ])('makes %s again when it is gone', async (file, ...calls) => {
    rmSync(clone.path(file), { recursive: true });
    await expectCalls(calls);
  });

  it.each(['', '{', 'null', '[]', '"text"', '{"environment":1,"sources":2,"output":3}'])(
    'does not trust a stamp that reads %j',
    async (text) => {
      clone.write('build/setup/addon.json', text);
      clone.write('build/setup/typescript.json', text);
      await expectCalls(['node-gyp', 'tsc', 'rolldown']);
      await expectCalls([]);
    },
  );

  it('rebuilds packages that another system installed', async () => {
    const installed = JSON.parse(clone.read('node_modules/.package-lock.json'));
    installed.packages['node_modules/elsewhere'] = { version: '1.0.0', os: ['plan9'] };
    clone.write('node_modules/elsewhere/package.json', '{}');
    clone.write('node_modules/.package-lock.json', JSON.stringify(installed));
    await expectCalls(['npm']);
  });

  it('does everything again with --force', async () => {
    expect((await clone.setup(['--force'])).code).toBe(0);
    expect(clone.calls()).toEqual(['npm', 'node-gyp', 'tsc', 'rolldown']);
  });

  it('rejects what it does not know', async () => {
    const { code, output } = await clone.setup(['--fast']);
    expect(code).toBe(1);
    expect(output).toContain('unknown argument --fast');
  });
});

describe('a failing command', () => {
  it.each([
    ['npm', ['npm'], ['npm', 'node-gyp', 'tsc', 'rolldown']],
    ['node-gyp', ['npm', 'node-gyp'], ['node-gyp', 'tsc', 'rolldown']],
    ['tsc', ['npm', 'node-gyp', 'tsc'], ['tsc', 'rolldown']],
    ['rolldown', ['npm', 'node-gyp', 'tsc', 'rolldown'], ['tsc', 'rolldown']],
  ])('%s stops setup with its output, and the next setup continues there', async (fail, first, second) => {
    const { code, output } = await clone.setup([], { fail });
    expect(code).toBe(1);
    expect(output).toContain(`the ${fail} stand-in was told to fail`);
    expect(output).toContain('exited with code 3');
    expect(clone.calls()).toEqual(first);
    expect(readdirSync(clone.path('build/setup')).filter((name) => name.startsWith('lock'))).toEqual([]);
    await expectCalls(second);
  });

  it.each(['tsc', 'rolldown'])('keeps the last good dist when %s fails', async (fail) => {
    clone.remove();
    clone = new Clone(finished);
    clone.write('src/index.ts', 'wrong');
    expect((await clone.setup([], { fail })).code).toBe(1);
    expect(clone.read('dist/index.js')).toBe('export {};');
    expect(readdirSync(clone.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('shows its output at once with --verbose', async () => {
    const { code, output } = await clone.setup(['--verbose'], { fail: 'npm' });
    expect(code).toBe(1);
    expect(output).toMatch(/npm packages \.\.\.\nthe npm stand-in was told to fail/);
  });

  it('reports a module that does not load', async () => {
    clone.write(
      'tools/node-gyp.js',
      `${clone.read('tools/node-gyp.js')}\nfs.writeFileSync('build/Release/eigenview.node', 'x');`,
    );
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(output).toContain('was built and does not load');
  });
});
