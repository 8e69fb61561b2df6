/** Rule 2: small linear algebra takes its input as it is at the call; what happens to it later changes nothing. */
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { Matrix, svd, svdBatch } from '../../src/index.js';
import { lane } from '../../src/runtime/lane.js';
import { BACKENDS } from '../support/backends.js';
import { byName, matricesOf, numbersOf, type PublicFunction } from './functions.js';

type Damage = (matrix: Matrix) => void;

const channel = new MessageChannel();

const damages: [string, Damage][] = [
  ['overwritten', ({ data }) => data.fill(Number.NaN)],
  ['transferred to a clone', ({ data }) => structuredClone(data, { transfer: [data.buffer as ArrayBuffer] })],
  ['posted to another thread', ({ data }) => channel.port1.postMessage(data, [data.buffer as ArrayBuffer])],
];

/** Fills the lane of this thread until released. */
function occupy(): () => void {
  let release!: () => void;
  lane.run('all', () => new Promise<void>((resolve) => (release = resolve)));
  return () => release();
}

/** The result of a call whose matrices are damaged right after it, beside that of one whose matrices are left alone. */
async function damaged(f: PublicFunction, n: number, backend: string, damage: Damage): Promise<[number[], number[]]> {
  const args = f.accepts(n);
  const expected = await f.later(...f.accepts(n), { backend });
  const pending = f.later(...args, { backend });
  for (const matrix of matricesOf(args)) damage(matrix);
  return [numbersOf(await pending), numbersOf(expected)];
}

function expectSame([actual, expected]: [number[], number[]]): void {
  // The same algorithm on the same numbers, give or take how many threads summed.
  expect(actual).toBeCloseToArray(expected, 1e-9);
}

describe.each(BACKENDS)('on %s', (backend) => {
  describe.each(byName)('%s, its input', (_, f) => {
    const n = backend === 'native' ? f.large : 12;

    test.each(damages)('%s right after the call', async (_, damage) => {
      expectSame(await damaged(f, n, backend, damage));
      expectSame(await damaged(f, 5, backend, damage));
    });
  });
});

describe.each(byName)('%s, waiting for its turn, its input', (_, f) => {
  test.each(damages)('%s', async (_, damage) => {
    const expected = numbersOf(await f.later(...f.accepts(f.large), { backend: 'native' }));
    const release = occupy();
    const args = f.accepts(f.large);
    const pending = f.later(...args, { backend: 'native' }) as Promise<unknown>;
    for (const matrix of matricesOf(args)) damage(matrix);
    release();
    expectSame([numbersOf(await pending), expected]);
  });
});

test('float32 input is taken the same way', async () => {
  const a = new Matrix(2, 2, Float32Array.of(3, 0, 0, 4));
  const release = occupy();
  const pending = svd(a);
  a.data.fill(0);
  release();
  expect((await pending).s).toEqual(Float64Array.of(4, 3));
});

test('a stack may be changed after the call, however many jobs it takes', async () => {
  const count = 1200;
  const stack = Array.from({ length: count }, (_, i) => Matrix.diagonal([i + 1, 3, 2, 1, 1, 1, 1, 1]));
  const pending = svdBatch(stack);
  for (const { data } of stack) structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  stack.length = 0;
  const results = await pending;
  const largest = Float64Array.from({ length: count }, (_, i) => Math.max(3, i + 1));
  expect(results.map(({ s }) => s[0] as number)).toBeCloseToArray(largest, 1e-12);
});

test('options may be changed after the call', async () => {
  const options: { k: number; backend: 'native' | 'js' } = { k: 2, backend: 'native' };
  const release = occupy();
  const pending = svd(Matrix.identity(4), options);
  options.k = 1;
  release();
  expect((await pending).s.length).toBe(2);
});

test('results share no memory with the input', async () => {
  for (const [, f] of byName) {
    const args = f.accepts(5);
    const before = numbersOf(args);
    for (const backend of BACKENDS) overwrite(await f.later(...args, { backend }));
    expect(numbersOf(args), f.name).toEqual(before);
  }
});

function overwrite(result: unknown): void {
  if (result instanceof Float64Array) result.fill(7);
  else if (typeof result === 'object' && result !== null) Object.values(result).forEach(overwrite);
}
