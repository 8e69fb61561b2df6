import { describe, expect, it } from 'vitest';
import { eigenview } from '../support/command.js';

const clean = {
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
  OPENBLAS_NUM_THREADS: undefined,
  UV_THREADPOOL_SIZE: undefined,
};

describe('eigenview doctor', () => {
  it('names Node, the addon, BLAS, the kernel, threads and CUDA', () => {
    const { status, stdout } = eigenview(['doctor'], { env: clean });
    expect(status).toBe(0);
    for (const subject of ['Node', 'native addon', 'BLAS', 'moments kernel', 'threads', 'CUDA'])
      expect(stdout).toContain(subject);
    expect(stdout).toContain(process.version);
    expect(stdout).not.toContain('!');
  });

  it('warns of OPENBLAS_ variables left in the environment, and says what to do', () => {
    const { status, stdout } = eigenview(['doctor'], {
      env: { ...clean, OPENBLAS_CORETYPE: 'Haswell', OPENBLAS_L2_SIZE: '1' },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/! OPENBLAS_CORETYPE/);
    expect(stdout).toContain('unset OPENBLAS_L2_SIZE');
  });

  it('warns of a thread pool too small for the cores', () => {
    const { stdout } = eigenview(['doctor'], { env: { ...clean, UV_THREADPOOL_SIZE: '1' } });
    expect(stdout).toMatch(/! thread pool .*UV_THREADPOOL_SIZE is 1/);
  });

  it('speaks JSON', () => {
    const { stdout } = eigenview(['doctor', '--json'], { env: clean });
    const findings = JSON.parse(stdout);
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'Node', state: 'good' }));
  });

  it('goes on when EIGENVIEW_THREADS makes no sense, and says so', () => {
    const { status, stdout } = eigenview(['doctor'], { env: { ...clean, EIGENVIEW_THREADS: 'abc' } });
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ threads .*EIGENVIEW_THREADS/);
    expect(stdout).toContain('CUDA');
  });
});
