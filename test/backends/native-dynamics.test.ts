/** What the native dynamics do beside JavaScript: threads, pieces of a batch, aborts, arrays that change or go away. */
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Field, Integration, RawTrajectory } from '../../src/backends/dynamics.js';
import { dynamics } from '../../src/backends/native/dynamics.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { loadAddon } from '../../src/runtime/addon.js';
import { lane } from '../../src/runtime/lane.js';
import { setThreads, threads } from '../../src/runtime/threads.js';
import { failure } from '../support/failure.js';
import { normals } from '../support/normals.js';

const K = 3;
const M = 8;
const spectrum = () => Float64Array.from({ length: M }, (_, i) => 0.9 ** i);
const field: Field = { kind: 'simsiam', k: K, gram: spectrum(), predictorRidge: 0.08, encoderRidge: 0.08 };
const startOf = (seed: number) => normals(seed, K, M);

const DEFAULTS: Integration = {
  tMax: Number.POSITIVE_INFINITY,
  minTime: 1,
  rtol: 1e-8,
  atol: 1e-10,
  steadyTolerance: 1e-8,
  rate: 1,
  amplitude: 1,
  relaxation: 1,
  maxSteps: 100_000,
  method: 'auto',
  descends: true,
  save: 'ends',
};

/** Never steady, for hours. */
const ENDLESS: Integration = { ...DEFAULTS, minTime: 1e300, maxSteps: 1e12, rtol: 1e-14, atol: 1e-14 };

const cores = threads();
afterEach(() => {
  setThreads(cores);
  vi.restoreAllMocks();
});

const spy = (name: string) => vi.spyOn(loadAddon() as unknown as Record<string, () => unknown>, name);
const reasons = (all: RawTrajectory[]) => [...new Set(all.map(({ reason }) => reason))];

describe('integrate', () => {
  test('has the same bits at one thread and at several', async () => {
    const starts = Array.from({ length: 20 }, (_, seed) => startOf(seed));
    const how: Integration = { ...DEFAULTS, save: 'steps' };
    setThreads(1);
    const expected = await dynamics.integrate({}, field, starts, how);
    for (const count of [2, 3]) {
      setThreads(count);
      expect(await dynamics.integrate({}, field, starts, how)).toEqual(expected);
    }
  });

  test('a long batch is several jobs, each trajectory as it would be alone', async () => {
    const run = spy('integrateFieldAsync');
    const starts = Array.from({ length: 300 }, (_, seed) => startOf(seed));
    const all = await dynamics.integrate({}, field, starts, DEFAULTS);
    expect(run).toHaveBeenCalledTimes(2);
    expect(all.length).toBe(300);
    for (const seed of [0, 255, 256, 299]) {
      expect(all[seed]).toEqual((await dynamics.integrate({}, field, [startOf(seed)], DEFAULTS))[0]);
    }
    expect(reasons(all)).toEqual(['steady']);
  });

  test('nothing from no starts', async () => {
    expect(await dynamics.integrate({}, field, [], DEFAULTS)).toEqual([]);
  });

  test('keeps the event loop turning, and ends where an abort finds it', async () => {
    const controller = new AbortController();
    const starts = Array.from({ length: 600 }, (_, seed) => startOf(seed));
    const promise = dynamics.integrate({ signal: controller.signal }, field, starts, ENDLESS);
    let longest = 0;
    for (let turn = 0; turn < 10; turn++) {
      const since = performance.now();
      await sleep(5);
      longest = Math.max(longest, performance.now() - since);
    }
    const since = performance.now();
    controller.abort();
    const all = await promise;
    // A step is some microseconds; the bounds are those of a busy machine.
    expect(performance.now() - since).toBeLessThan(1000);
    expect(longest).toBeLessThan(500);
    expect(all.length).toBe(600);
    expect(reasons(all)).toEqual(['aborted']);
    expect(all[0]?.accepted).toBeGreaterThan(0);
    // Of the last piece none has started.
    const last = all[599] as RawTrajectory;
    expect([last.time, last.accepted, last.rejected]).toEqual([0, 0, 0]);
    expect(last.final).toEqual(startOf(599).data);
    expect(Number.isFinite(last.speed) && Number.isFinite(last.energy[0])).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('aborted before, or while it waits, it ends at its starts', async () => {
    const before = await dynamics.integrate({ signal: AbortSignal.abort() }, field, [startOf(1)], DEFAULTS);
    const controller = new AbortController();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const blocking = lane.run('all', () => held);
    const promise = dynamics.integrate({ signal: controller.signal }, field, [startOf(1)], DEFAULTS);
    await sleep(1);
    controller.abort();
    release();
    await blocking;
    for (const [only] of [before, await promise]) {
      expect([only?.reason, only?.time, only?.times]).toEqual(['aborted', 0, Float64Array.of(0, 0)]);
      expect(only?.final).toEqual(startOf(1).data);
    }
  });

  test('takes its arguments as they are at the call, transferred away afterwards or not', async () => {
    const gram = spectrum();
    const save = Float64Array.of(0, 1, 2);
    const starts = [startOf(1), startOf(2)];
    const how: Integration = { ...DEFAULTS, save };
    const expected = await dynamics.integrate({}, field, starts, { ...how, save: save.slice() });
    const promise = dynamics.integrate({}, { ...field, gram } as Field, starts, how);
    structuredClone(gram.buffer, { transfer: [gram.buffer] });
    save.fill(0.5);
    for (const start of starts) start.data.fill(Number.NaN);
    expect(await promise).toEqual(expected);
  });

  test('single precision is taken as it is', async () => {
    const start = new Matrix(K, M, Float32Array.from(startOf(4).data));
    const wide = new Matrix(K, M, Float64Array.from(start.data));
    const gram = new Matrix(M, M, Float32Array.from(Matrix.diagonal(Float64Array.from(spectrum(), Math.fround)).data));
    const double: Field = { ...field, gram: new Matrix(M, M, Float64Array.from(gram.data)) } as Field;
    const how = { ...DEFAULTS, tMax: 1 };
    expect(await dynamics.integrate({}, { ...field, gram } as Field, [start], how)).toEqual(
      await dynamics.integrate({}, double, [wide], how),
    );
  });

  test('too many steps to keep are refused as they come', async () => {
    // 2^20 numbers a state: room for 128 of them.
    const rho = new Float64Array(2 ** 20).fill(0.5);
    const wide: Field = { kind: 'deep-linear', k: 1, rho, kappa: rho, depth: 2, objective: 'latent-prediction' };
    const starts = Array.from({ length: 129 }, () => new Matrix(1, rho.length, rho));
    const how: Integration = { ...DEFAULTS, save: Float64Array.of(0) };
    const failed = await failure(() => dynamics.integrate({}, wide, starts, how));
    expect(failed).toMatchObject({ code: 'TOO_LARGE', argument: 'saveAt' });
  });
});

describe('evaluate and jacobian', () => {
  const rankless = { kind: 'linear-simsiam', k: 2, isotropic: 1, lambda: 0, predictor: 'optimal' } as const;
  const unridged: Field = { ...rankless, xx: Matrix.identity(4), xy: Matrix.identity(4), target: { scale: 1 } };
  const deficient = new Matrix(2, 4, Float64Array.of(1, 2, 3, 4, 2, 4, 6, 8));

  test('without a ridge, a state of deficient rank is singular', async () => {
    expect(() => dynamics.evaluate(unridged, deficient)).toThrow(expect.objectContaining({ code: 'SINGULAR' }));
    expect(() => dynamics.jacobian(unridged, deficient)).toThrow(expect.objectContaining({ code: 'SINGULAR' }));
    const failed = await failure(() => dynamics.jacobianAsync({}, unridged, deficient));
    expect(failed).toMatchObject({ code: 'SINGULAR' });
    const [only] = await dynamics.integrate({}, unridged, [deficient], DEFAULTS);
    expect([only?.reason, only?.energy[0]]).toEqual(['diverged', Number.POSITIVE_INFINITY]);
  });

  test('off the JavaScript thread, the same Jacobian; an abort rejects', async () => {
    const state = startOf(5);
    const expected = dynamics.jacobian(field, state);
    expect(await dynamics.jacobianAsync({}, field, state)).toEqual(expected);
    // Large enough for several threads.
    const wide: Field = { ...field, gram: Matrix.diagonal(new Float64Array(110).fill(0.5)) } as Field;
    const large = normals(6, K, 110);
    const one = dynamics.jacobian(wide, large);
    setThreads(3);
    expect((await dynamics.jacobianAsync({}, wide, large)).data).toEqual(one.data);
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = dynamics.jacobianAsync({ signal: controller.signal }, wide, large);
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('an array that has gone is told', async () => {
    const gram = spectrum();
    structuredClone(gram.buffer, { transfer: [gram.buffer] });
    const gone = { ...field, gram } as Field;
    expect(() => dynamics.evaluate(gone, startOf(1))).toThrow(expect.objectContaining({ code: 'DETACHED' }));
    expect(await failure(() => dynamics.integrate({}, gone, [startOf(1)], DEFAULTS))).toMatchObject({
      code: 'DETACHED',
    });
  });
});
