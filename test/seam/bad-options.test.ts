/** Rule 1: what TypeScript checks before a call leaves for native code. Here, the options. */
import { describe, expect, test, vi } from 'vitest';
import { Matrix } from '../../src/index.js';
import { byName, named, type PublicFunction } from './functions.js';
import { expectRefusal, rejection } from './refusal.js';

const withOptions = (f: PublicFunction, options: unknown): unknown[] => [...f.accepts(4), options];

/** The function without its twin, for options that only asynchronous calls take. */
const later = (f: PublicFunction): PublicFunction => ({ ...f, now: undefined });

describe.each(byName)('%s refuses', (_, f) => {
  test.each([null, 3, 'k', true, [], [1], Matrix.identity(2), () => {}])('%o for options', async (options) => {
    await expectRefusal(f, withOptions(f, options), { code: 'INVALID_ARGUMENT', argument: 'options' });
  });

  test.each(['kk', 'K', 'Signal', 'ridge', 'transpose', ''])('the option %j', async (key) => {
    const error = await expectRefusal(f, withOptions(f, { [key]: 1 }), { code: 'UNKNOWN_OPTION', argument: key });
    expect(error.message).toContain(f.name);
    expect(error.message).toContain('backend');
  });

  test.each(['gpu', 'NATIVE', '', null, 3, {}, ['native']])('the backend %o', async (backend) => {
    const error = await expectRefusal(f, withOptions(f, { backend }), {
      code: 'INVALID_ARGUMENT',
      argument: 'backend',
    });
    expect(error.expected).toBe('one of auto, native, cuda, js');
  });

  test('the backend cuda, which this build lacks', async () => {
    const options = { backend: 'cuda' };
    await expectRefusal(f, withOptions(f, options), { code: 'BACKEND_UNAVAILABLE', argument: 'backend' });
  });

  test.each([null, {}, true, { aborted: true }, new AbortController(), new EventTarget()])(
    'the signal %o',
    async (signal) => {
      await expectRefusal(later(f), withOptions(f, { signal }), { code: 'INVALID_ARGUMENT', argument: 'signal' });
    },
  );

  test.each([[new Error('stop')], ['a word'], [{ why: 1 }], [null]])(
    'an aborted signal, with its reason %o',
    async (reason) => {
      const args = withOptions(f, { signal: AbortSignal.abort(reason) });
      const outcome = await rejection(f, args).then(
        () => 'resolved',
        (error: unknown) => ({ error }),
      );
      expect((outcome as { error: unknown }).error).toBe(reason);
    },
  );

  test('an aborted signal without a reason, as AbortError', async () => {
    await expect(rejection(f, withOptions(f, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe.each(byName.filter(([, f]) => f.now !== undefined))('%s, at once,', (_, f) => {
  test('has no signal to watch', async () => {
    const call = () => f.now?.(...withOptions(f, { signal: new AbortController().signal }));
    expect(call).toThrow(expect.objectContaining({ code: 'UNKNOWN_OPTION', argument: 'signal' }));
  });
});

describe.each(['svd', 'eigh', 'svdBatch', 'eighBatch'])('%s refuses', (name) => {
  test.each([
    [0, 'OUT_OF_RANGE'],
    [-1, 'OUT_OF_RANGE'],
    [5, 'OUT_OF_RANGE'],
    [2 ** 32 + 1, 'OUT_OF_RANGE'],
    [1.5, 'INVALID_ARGUMENT'],
    [Number.NaN, 'INVALID_ARGUMENT'],
    [Number.POSITIVE_INFINITY, 'INVALID_ARGUMENT'],
    ['2', 'INVALID_ARGUMENT'],
    [null, 'INVALID_ARGUMENT'],
    [2n, 'INVALID_ARGUMENT'],
  ] as const)('k = %o', async (k, code) => {
    const f = named(name);
    await expectRefusal(f, withOptions(f, { k }), { code, argument: 'k' });
  });
});

test('k of a rectangle is bounded by its shorter side', async () => {
  for (const a of [new Matrix(3, 7), new Matrix(7, 3)]) {
    await expectRefusal(named('svd'), [a, { k: 4 }], { code: 'OUT_OF_RANGE', argument: 'k' });
    await expectRefusal(named('svdBatch'), [[a], { k: 4 }], { code: 'OUT_OF_RANGE', argument: 'k' });
  }
});

test.each([
  [-1e-3, 'OUT_OF_RANGE'],
  [1.01, 'OUT_OF_RANGE'],
  [Number.NaN, 'INVALID_ARGUMENT'],
  ['1e-8', 'INVALID_ARGUMENT'],
  [null, 'INVALID_ARGUMENT'],
] as const)('inverseSqrt refuses rankTolerance = %o', async (rankTolerance, code) => {
  const f = named('inverseSqrt');
  await expectRefusal(f, withOptions(f, { rankTolerance }), { code, argument: 'rankTolerance' });
});

test.each([0, 1, 'true', null])('matmul refuses %o for a truth value', async (value) => {
  const f = named('matmul');
  for (const argument of ['transposeA', 'transposeB']) {
    await expectRefusal(f, withOptions(f, { [argument]: value }), { code: 'INVALID_ARGUMENT', argument });
  }
});

describe('EIGENVIEW_BACKEND', () => {
  const f = named('svd');

  test('is checked like the option, under its own name', async () => {
    vi.stubEnv('EIGENVIEW_BACKEND', 'gpu');
    await expectRefusal(f, f.accepts(4), { code: 'INVALID_ARGUMENT', argument: 'EIGENVIEW_BACKEND' });
    await expect(f.later(...withOptions(f, { backend: 'js' }))).resolves.toBeDefined();
    vi.unstubAllEnvs();
  });

  test('counts as absent when empty', async () => {
    vi.stubEnv('EIGENVIEW_BACKEND', '');
    await expect(f.later(...f.accepts(4))).resolves.toBeDefined();
    vi.unstubAllEnvs();
  });
});

/** An object may answer differently each time it is asked: what was checked must be what is used. */
describe('an option is read once', () => {
  const first = <T>(good: T, bad: T) => {
    let reads = 0;
    return () => (reads++ === 0 ? good : bad);
  };

  test('b of eigh', async () => {
    const b = first(Matrix.identity(4), Matrix.identity(1));
    const options = Object.defineProperty({}, 'b', { get: b, enumerable: true });
    await expect(named('eigh').later(Matrix.identity(4), options)).resolves.toMatchObject({ residual: 0 });
  });

  test('transposeA of matmul', async () => {
    const transposeA = first(false, true);
    const options = Object.defineProperty({}, 'transposeA', { get: transposeA, enumerable: true });
    const product = await named('matmul').later(new Matrix(1, 3), new Matrix(3, 2), options);
    expect(product).toEqual(new Matrix(1, 2));
  });
});
