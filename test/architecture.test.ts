import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe('the rules that lint does not know', () => {
  it('includes napi.h in native/binding alone', () => {
    const users = files('native').filter((path) => /#include\s*[<"]napi\.h/.test(read(path)));
    expect(users).toEqual(['native/binding/job.h']);
  });

  it('calls LAPACK and BLAS by their own names in lapack.h and blas_threads.cpp alone', () => {
    const users = files('native/core').filter((path) => /\bd[a-z]{4,5}_\s*\(|openblas_/.test(read(path)));
    expect(users.sort()).toEqual(['native/core/blas_threads.cpp', 'native/core/lapack.h']);
  });

  it('builds every source of the addon', () => {
    const built = [...read('binding.gyp').matchAll(/"(native\/[^"]+\.cpp)"/g)].map((match) => match[1]);
    const sources = [...files('native/core'), ...files('native/binding')].filter((path) => path.endsWith('.cpp'));
    expect(built.sort()).toEqual(sources.sort());
  });

  it('prints in src/cli alone', () => {
    const users = files('src').filter((path) =>
      /console\.|process\.std(out|err)/.test(read(path).replace(/^\s*\*.*$/gm, '')),
    );
    expect(users.filter((path) => !path.startsWith('src/cli/'))).toEqual([]);
  });
});
