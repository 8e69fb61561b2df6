import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { addonPath, loadAddon, type NativeFunction } from '../../src/runtime/addon.js';

const addon = loadAddon();
const call = (name: string, ...args: unknown[]) => (addon[name] as NativeFunction)(...args);
const identity = Float64Array.of(1, 0, 0, 1);

test('is loaded once', () => {
  expect(existsSync(addonPath)).toBe(true);
  expect(loadAddon()).toBe(addon);
});

test('says what it computes with', () => {
  const { blas, momentsKernel } = addon.describe();
  expect(blas.vendor).toMatch(/^(OpenBLAS|Accelerate)$/);
  expect(momentsKernel).toMatch(/^(avx512|avx2|neon|plain)$/);
});

test('looks for libraries without failing', () => {
  expect(addon.probeLibrary('libno-such-library.so.7')).toContain('libno-such-library');
});

/** TypeScript has checked these; a defect there must be an error here, not memory read past its end. */
describe('an array that does not fill its shape', () => {
  const empty = new Float64Array(0);
  const cases: [string, unknown[]][] = [
    ['svd', [1, identity, 3, 3, 2]],
    ['svd', [1, empty, 2, 2, 2]],
    ['eigh', [1, identity, 3, 3, 3]],
    ['eigh', [1, identity, 2, 2, 2, empty, 2, 2]],
    ['eig', [1, empty, 2, 2]],
    ['cholesky', [1, identity, 1, 1]],
    ['solve', [1, identity, 2, 2, empty, 2, 1]],
    ['inverseSqrt', [1, empty, 2, 2, undefined]],
    ['whiten', [1, empty, 2, 2, undefined]],
    ['matmul', [1, identity, 2, 2, identity, 2, 3, false, false]],
    ['project', [1, empty, 2, 2, identity, 2, 2]],
  ];

  test.each(cases)('%s throws DETACHED', (name, args) => {
    expect(() => call(name, ...args)).toThrow(expect.objectContaining({ code: 'DETACHED' }));
  });

  test.each(cases)('%sAsync throws DETACHED', (name, args) => {
    expect(() => call(`${name}Async`, ...args)).toThrow(expect.objectContaining({ code: 'DETACHED' }));
  });
});

test('a batch stops at the flag, between two matrices', async () => {
  const n = 60;
  const count = 600;
  const stack = Float64Array.from({ length: count * n * n }, (_, i) => Math.sin(i * i));
  const flag = new Int32Array(1);
  const batch = (cancelled: Int32Array) => call('svdBatchAsync', 1, stack, n, n, n, cancelled) as Promise<unknown>;
  const outcome = batch(flag).catch((error: unknown) => error);
  await sleep(5);
  flag[0] = 1;
  const rest = await timed(async () => expect(await outcome).toMatchObject({ code: 'CANCELLED' }));
  // One matrix is left to finish, of hundreds; a quarter of the whole is slack for a busy machine.
  expect(rest).toBeLessThan((await timed(() => batch(new Int32Array(1)))) / 4);
});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
