import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clone } from '../support/clone.js';

let clone: Clone;

beforeEach(() => {
  clone = new Clone();
});

afterEach(() => clone.remove());

function remove(...tools: string[]): void {
  for (const tool of tools) rmSync(clone.path(`bin/${tool}`));
}

describe('missing tools', () => {
  it('are listed together with how to get them, and nothing is run', async () => {
    remove('g++', 'clang++', 'make', 'python3');
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    for (const name of ['a C++ compiler', 'make', 'Python 3']) expect(output).toContain(`- ${name}`);
    expect(output).toContain('xcode-select --install');
    expect(clone.calls()).toEqual([]);
  });

  it('are not asked for where nothing is to be built', async () => {
    expect((await clone.setup()).code).toBe(0);
    remove('g++', 'clang++', 'make', 'python3');
    expect(await clone.setup()).toEqual({ code: 0, output: '' });
  });
});

describe.runIf(process.platform === 'linux')('missing libraries', () => {
  it('come with the commands of each system where none can be run', async () => {
    remove('pkg-config');
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(output).toMatch(/apt-get update && .*apt-get install -y pkg-config libopenblas-dev/);
    expect(output).toMatch(/dnf install -y pkgconf-pkg-config openblas-devel/);
  });

  it('are installed without a question, each command announced', async () => {
    remove('pkg-config');
    clone.command('sudo', 'shift; exec "$@"');
    clone.command(
      'apt-get',
      'printf "apt-get %s\\n" "$DEBIAN_FRONTEND $*" >> calls; case "$*" in *install*) : ;; esac',
    );
    clone.command('apt-get', installing('apt-get', 'libopenblas-dev'));
    const { code, output } = await clone.setup();
    expect(code, output).toBe(0);
    expect(clone.calls()).toEqual([
      expect.stringMatching(/^apt-get noninteractive .*update$/),
      expect.stringMatching(/^apt-get noninteractive .*install pkg-config libopenblas-dev$/),
      'npm',
      'node-gyp',
      'tsc',
      'rolldown',
    ]);
    expect(output).toMatch(/OpenBLAS: the native module links against it/);
    expect(output).toMatch(/^ .*apt-get .*update$/m);
  });

  it('are installed by dnf where that is the system', async () => {
    remove('pkg-config');
    clone.command('sudo', 'shift; exec "$@"');
    clone.command('dnf', installing('dnf', 'openblas-devel'));
    const { code, output } = await clone.setup();
    expect(code, output).toBe(0);
    expect(clone.calls()[0]).toMatch(/^dnf noninteractive -y install pkgconf-pkg-config openblas-devel$/);
  });

  it('end setup with the reason and the commands when their installation fails', async () => {
    remove('pkg-config');
    clone.command('sudo', 'shift; exec "$@"');
    clone.command(
      'apt-get',
      'case "$*" in --version) ;; *install*) echo "E: Unable to locate package"; exit 100;; esac',
    );
    const { code, output } = await clone.setup();
    expect(code).toBe(1);
    expect(output).toContain('E: Unable to locate package');
    expect(output).toMatch(/apt-get update && .*apt-get install -y/);
    expect(clone.calls()).toEqual([]);
  });

  it('are installed after an interrupted installation was completed', async () => {
    remove('pkg-config');
    clone.command('sudo', 'shift; exec "$@"');
    clone.command(
      'apt-get',
      `case "$*" in *install*) [ -e repaired ] || { echo "you must run 'dpkg --configure -a'"; exit 100; } ;; esac\n` +
        installing('apt-get', 'libopenblas-dev'),
    );
    clone.command('dpkg', 'echo "dpkg $*" >> calls; : > repaired');
    const { code, output } = await clone.setup();
    expect(code, output).toBe(0);
    expect(clone.calls()).toContain('dpkg --configure -a');
  });
});

/** A package manager that notes its calls and, told to install `name`, brings pkg-config. */
function installing(manager: string, name: string): string {
  const script = '#!/bin/sh\\necho 1.2.3\\n';
  return [
    '[ "$1" = --version ] && exit 0',
    `echo "${manager} $DEBIAN_FRONTEND $*" >> calls`,
    `case "$*" in *install*${name}*) printf '${script}' > bin/pkg-config; /bin/chmod +x bin/pkg-config ;; esac`,
  ].join('\n');
}
