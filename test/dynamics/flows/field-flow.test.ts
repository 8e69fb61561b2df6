import { describe, expect, it } from 'vitest';
import { deepLinearFlow } from '../../../src/dynamics/flows/deep-linear.js';
import { linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { peiraFlow } from '../../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { normal, STREAMS } from '../../../src/runtime/random.js';
import { product, times } from '../../support/algebra.js';
import { BACKENDS } from '../../support/backends.js';
import { failure } from '../../support/failure.js';
import { normals, orthogonal } from '../../support/normals.js';
import { pairOf, rectangularPair, symmetricPair } from '../hand-made.js';

const pair = symmetricPair([0.9, 0.5, 0.2, -0.6]);
const flow = simsiamFlow(pair, { k: 2, lambda: 0.02 });
const start = times(normals(1, 2, 4), 0.5);
const learned = linearSimsiamFlow(
  { xx: Matrix.identity(2), xy: Matrix.diagonal([0.8, 0.3]) },
  { k: 2, lambda: 0.05, predictor: 'learned' },
);
const deep = deepLinearFlow({ rho: [0.9, 0.4], kappa: [1, 1] }, { depth: 2, objective: 'reconstruction' });
const FLOWS = [
  ['simsiam', flow],
  ['peira', peiraFlow(rectangularPair([0.9, 0.4], 2, 3), { k: 2, lambda: 0.2 })],
  ['linear', learned],
  ['deep-linear', deep],
] as const;

describe.each(FLOWS)('the %s flow', (_, any) => {
  it.each(BACKENDS)('runs from a random start to an equilibrium, on %s', async (backend) => {
    const run = await any.integrate({ seed: 1 }, { backend });
    expect(run.reason).toBe('steady');
    expect(run.words).toContain('Steady at t = ');
    expect(run.times.length).toBe(run.steps.accepted + 1);
    expect(run.states.map(({ rows, cols }) => [rows, cols])).toEqual(run.states.map(() => [any.k, any.columns]));
    expect([run.energy.length, run.predictorTrace.length]).toEqual([run.times.length, run.times.length]);
    expect(run.final).toEqual(run.states.at(-1));
    expect(run.time).toBe(run.times.at(-1));
    expect(run.speed).toBeLessThan(1e-14);
    expect(any.energy(run.final)).toBeCloseTo(run.energy.at(-1) as number, 12);
    expect(any.predictorTrace(run.final)).toBeCloseTo(run.predictorTrace.at(-1) as number, 12);
  });

  it('starts number i of a seed at sample i of its stream', async () => {
    const many = await any.integrateMany({ seed: 7, count: 3 }, { tMax: 0.1 });
    const alone = await any.integrate({ seed: 7 }, { tMax: 0.1 });
    expect(many[0]?.states[0]).toEqual(alone.states[0]);
    expect(many[0]?.final).toEqual(alone.final);
    many.forEach(({ states, times: at }, i) => {
      const z = normal(7, i, STREAMS.start, new Float64Array(any.k * any.columns));
      const sign = any === deep ? Math.abs : (x: number) => x;
      expect(states[0]?.data).toEqual(z.map((x) => any.amplitude * sign(x)));
      expect([states.length, at[0]]).toEqual([2, 0]);
    });
  });

  it('has natural units that are positive, and a Jacobian that its velocity bears out', () => {
    expect(any.rate).toBeGreaterThan(0);
    expect(any.amplitude).toBeGreaterThan(0);
    expect(any.relaxation).toBeGreaterThan(0);
    expect(any.relaxation).toBeLessThanOrEqual(any.rate);
    const state = new Matrix(any.k, any.columns, Float64Array.from(normals(3, any.k, any.columns).data, Math.abs));
    const jacobian = any.jacobian(state);
    const step = 1e-6;
    for (let i = 0; i < state.data.length; i++) {
      const moved = (by: number) => {
        const data = Float64Array.from(state.data);
        data[i] = (data[i] as number) + by;
        return any.velocity(new Matrix(any.k, any.columns, data)).data;
      };
      const [ahead, behind] = [moved(step), moved(-step)];
      const column = Float64Array.from(ahead, (x, j) => (x - (behind[j] as number)) / (2 * step));
      // eps/h of velocities of about 10.
      expect(column).toBeCloseToArray(
        Float64Array.from({ length: column.length }, (__, j) => jacobian.get(j, i)),
        1e-7,
      );
    }
  });

  it('names a state of the wrong kind', async () => {
    const bad: [string, unknown][] = [
      ['SHAPE_MISMATCH', Matrix.zeros(any.k, any.columns + 1)],
      ['NOT_FINITE', new Matrix(any.k, any.columns, new Float64Array(any.k * any.columns).fill(Number.NaN))],
      ['INVALID_ARGUMENT', [[1]]],
      ['NOT_FINITE', new Matrix(any.k, any.columns, new Float64Array(any.k * any.columns).fill(1e300))],
    ];
    for (const [code, state] of bad) {
      expect(await failure(() => any.velocity(state as Matrix))).toMatchObject({ code, argument: 'state' });
      expect(await failure(() => any.stability(state as Matrix))).toMatchObject({ code, argument: 'state' });
    }
  });
});

describe('canonical coordinates', () => {
  it('do not show: a flow in a rotated dictionary is the rotated flow', async () => {
    const gram = Matrix.diagonal([0.9, 0.5, 0.2, -0.6]);
    const q = orthogonal(6, 4);
    const rotated = simsiamFlow(pairOf(product(q, gram, q.transpose())), { k: 2, lambda: 0.02 });
    const plain = simsiamFlow(pairOf(gram), { k: 2, lambda: 0.02 });
    const [a, b] = [
      await plain.integrate(start, { saveAt: [0, 1, 5], tMax: 5 }),
      await rotated.integrate(product(start, q.transpose()), { saveAt: [0, 1, 5], tMax: 5 }),
    ];
    a.states.forEach((state, i) => {
      expect(b.states[i] as Matrix).toBeCloseToArray(product(state, q.transpose()), 1e-10);
    });
    expect(rotated.velocity(product(start, q.transpose()))).toBeCloseToArray(
      product(plain.velocity(start), q.transpose()),
      1e-14,
    );
  });

  it('leave the start as it was passed, to the last bit', async () => {
    const { states, times: at } = await flow.integrate(start, { tMax: 1 });
    expect(at[0]).toBe(0);
    expect(states[0]?.data).toEqual(start.data);
    expect(states[0]?.data).not.toBe(start.data);
  });
});

describe('integrate', () => {
  it('saves exactly at the times asked for, and holds the steady state beyond', async () => {
    const saveAt = [0, 0.5, 3, 1e5];
    const { times: at, states, final, energy, reason } = await flow.integrate(start, { saveAt });
    expect(Array.from(at)).toEqual(saveAt);
    expect(reason).toBe('steady');
    expect(states[3]).toEqual(final);
    expect(energy).toHaveLength(4);
    const { final: atHalf } = await flow.integrate(start, { tMax: 0.5 });
    expect(states[1] as Matrix).toBeCloseToArray(atHalf, 1e-7);
  });

  it('says why it ended, and what to do', async () => {
    const early = await flow.integrate(start, { tMax: 1 });
    expect([early.reason, early.time]).toEqual(['tMax', 1]);
    expect(early.words).toMatch(/not steady yet.*larger tMax/);
    const short = await flow.integrate(start, { maxSteps: 3 });
    expect(short.reason).toBe('maxSteps');
    expect(short.words).toMatch(/after 3 steps.*maxSteps/);
    expect(short.steps.accepted + short.steps.rejected).toBe(3);
    const far = await flow.integrate(times(start, 1e200));
    expect(far.reason).toBe('diverged');
    expect(far.words).toMatch(/norm [\d.]+e\+199.*smaller scale/);
  });

  it('takes a copy: what becomes of the start does not matter', async () => {
    const mine = new Matrix(2, 4, Float64Array.from(start.data));
    const pending = flow.integrate(mine, { tMax: 1 });
    mine.data.fill(9);
    expect((await pending).final).toEqual((await flow.integrate(start, { tMax: 1 })).final);
  });

  it('rejects with the reason of a signal aborted before, and resolves as aborted during the run', async () => {
    const reason = new Error('enough');
    await expect(flow.integrate(start, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const pending = flow.integrateMany({ seed: 1, count: 2000 }, { signal: controller.signal, rtol: 1e-11 });
    setTimeout(() => controller.abort(reason), 5);
    const all = await pending;
    expect(all).toHaveLength(2000);
    const stopped = all.filter(({ reason: why }) => why === 'aborted');
    expect(stopped.length).toBeGreaterThan(0);
    expect(stopped[0]?.words).toMatch(/^Aborted at t = /);
    expect(stopped.every(({ final }) => final.data.every(Number.isFinite))).toBe(true);
  });

  it('lets the event loop turn, however many starts there are', async () => {
    let turns = 0;
    let running = true;
    const count = () => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    await flow.integrateMany({ seed: 1, count: 20_000 }, { tMax: 0.01, rtol: 1e-3 });
    running = false;
    // Of tens of pieces of work, each of which ends in a turn.
    expect(turns).toBeGreaterThan(20);
  });

  it('goes by its options: no steady state before minTime, methods by name', async () => {
    const rest = flow.equilibria({ stable: true })[0]?.state as Matrix;
    const { time, reason } = await flow.integrate(rest, { minTime: 50 });
    expect(reason).toBe('steady');
    expect(time).toBeGreaterThanOrEqual(50);
    expect((await flow.integrate(rest)).time).toBeGreaterThanOrEqual(1 / flow.rate);
    const explicit = await flow.integrate(start, { tMax: 2, method: 'explicit' });
    const implicit = await flow.integrate(start, { tMax: 2, method: 'implicit' });
    expect(explicit.steps.implicit).toBe(0);
    expect(implicit.steps.implicit).toBe(implicit.steps.accepted);
    expect(implicit.final).toBeCloseToArray(explicit.final, 1e-7);
  });

  it.each([
    ['UNKNOWN_OPTION', 'steps', () => flow.integrate(start, { steps: 3 } as never)],
    ['OUT_OF_RANGE', 'tMax', () => flow.integrate(start, { tMax: -1 })],
    ['INVALID_ARGUMENT', 'tMax', () => flow.integrate(start, { tMax: Number.NaN })],
    ['OUT_OF_RANGE', 'tMax', () => flow.integrate(start, { saveAt: [0, 2], tMax: 1 })],
    ['OUT_OF_RANGE', 'saveAt[1]', () => flow.integrate(start, { saveAt: [1, 1] })],
    ['OUT_OF_RANGE', 'saveAt[0]', () => flow.integrate(start, { saveAt: [-1, 1] })],
    ['INVALID_ARGUMENT', 'saveAt[0]', () => flow.integrate(start, { saveAt: [Number.POSITIVE_INFINITY] })],
    ['EMPTY', 'saveAt', () => flow.integrate(start, { saveAt: [] })],
    ['OUT_OF_RANGE', 'rtol', () => flow.integrate(start, { rtol: 0 })],
    ['OUT_OF_RANGE', 'atol', () => flow.integrate(start, { atol: 0 })],
    ['OUT_OF_RANGE', 'maxSteps', () => flow.integrate(start, { maxSteps: 0 })],
    ['INVALID_ARGUMENT', 'method', () => flow.integrate(start, { method: 'euler' as 'auto' })],
    ['SHAPE_MISMATCH', 'start', () => flow.integrate(Matrix.zeros(2, 3))],
    ['INVALID_ARGUMENT', 'start', () => flow.integrate(undefined as never)],
    ['OUT_OF_RANGE', 'start.seed', () => flow.integrate({ seed: -1 })],
    ['OUT_OF_RANGE', 'start.scale', () => flow.integrate({ seed: 1, scale: -1 })],
    ['UNKNOWN_OPTION', 'count', () => flow.integrate({ seed: 1, count: 2 } as never)],
    ['EMPTY', 'starts', () => flow.integrateMany([])],
    ['SHAPE_MISMATCH', 'starts[1]', () => flow.integrateMany([start, Matrix.zeros(1, 1)])],
    ['OUT_OF_RANGE', 'starts.count', () => flow.integrateMany({ seed: 1, count: 0 })],
    ['OUT_OF_RANGE', 'start', () => deep.integrate(Matrix.from([[1, -1]]))],
    ['OUT_OF_RANGE', 'starts', () => flow.basins({ starts: 0, seed: 1 })],
    ['INVALID_ARGUMENT', 'starts', () => flow.basins(undefined as never)],
    ['INVALID_ARGUMENT', 'backend', () => flow.integrate(start, { backend: 'gpu' as 'js' })],
  ])('refuses with %s for %s', async (code, argument, action) => {
    expect(await failure(action)).toMatchObject({ code, argument });
  });

  it('refuses a singular start without a ridge', async () => {
    const moments = { xx: Matrix.identity(3), xy: Matrix.diagonal([0.5, 0.2, 0.1]) };
    const singular = linearSimsiamFlow(moments, { k: 2, lambda: 0, predictor: 'optimal' });
    const deficient = Matrix.from([
      [1, 2, 3],
      [2, 4, 6],
    ]);
    expect(await failure(() => singular.integrate(deficient))).toMatchObject({ code: 'SINGULAR', argument: 'start' });
    expect(await failure(() => singular.predictor(deficient))).toMatchObject({ code: 'SINGULAR', argument: 'state' });
  });

  it('refuses Jacobians and implicit steps of states too large for them', async () => {
    const values = Array.from({ length: 1100 }, (_, i) => 1 - i / 1100);
    const large = simsiamFlow(pairOf(Matrix.diagonal(values)), { k: 4, lambda: 0.1 });
    const state = Matrix.zeros(4, 1100);
    for (const action of [() => large.jacobian(state), () => large.stability(state), () => large.schwarz(state)]) {
      expect(await failure(action)).toMatchObject({ code: 'TOO_LARGE' });
    }
    expect(await failure(() => large.integrate(state, { method: 'implicit' }))).toMatchObject({ code: 'TOO_LARGE' });
    expect((await large.integrate({ seed: 1 }, { tMax: 0.1 })).reason).toBe('tMax');
  });
});

describe('properties', () => {
  it('hand out copies', () => {
    flow.correlations.fill(0);
    expect(flow.correlations[0]).toBeCloseTo(0.9, 12);
  });

  it('are named by what a flow conserves', () => {
    expect(Object.keys(learned.invariants(Matrix.zeros(2, 4)))).toEqual(['balance']);
    expect(flow.invariants(start)).toEqual({});
    expect(deep.invariants(Matrix.zeros(1, 2))).toEqual({});
    expect([flow.lyapunov, learned.lyapunov, deep.lyapunov]).toEqual([true, false, true]);
  });

  it('survive a pair without any dependence', async () => {
    const none = pairOf(Matrix.zeros(3, 3));
    for (const empty of [simsiamFlow(none, { k: 1, lambda: 0.1 }), peiraFlow(none, { k: 1, lambda: 0.1 })]) {
      const { final, reason } = await empty.integrate({ seed: 1 });
      expect(reason).toBe('steady');
      expect(empty.classify(final)).toMatchObject({ collapsed: true, equilibrium: { stable: true } });
    }
  });
});

/** Amplitudes relax at about λ, however fast all the rest has come to rest. */
describe('limits are right to 1e-8', () => {
  const spectrum = symmetricPair([0.9, 0.7, 0.4, 0.1]);
  const moments = { xx: Matrix.identity(3), xy: Matrix.diagonal([0.9, 0.5, 0.2]) };
  const flows = (lambda: number) => [
    simsiamFlow(spectrum, { k: 3, lambda }),
    peiraFlow(spectrum, { k: 3, lambda }),
    linearSimsiamFlow(moments, { k: 2, lambda, predictor: 'optimal' }),
    linearSimsiamFlow(moments, { k: 2, lambda, predictor: 'learned', target: { scale: 0.9 } }),
    linearSimsiamFlow(moments, { k: 2, lambda, predictor: 'learned', target: { rate: 0.01 } }),
  ];

  // At 0.2025 (1 − 1e-6) SimSiam's roots of s = 0.9 lie 1e-3 apart.
  it.each([1e-6, 1e-4, 1e-2, 0.2, 0.2025 * (1 - 1e-6)])('at λ = %f', async (lambda) => {
    for (const [i, any] of flows(lambda).entries()) {
      for (const { reason, final, steps } of await any.integrateMany({ seed: 1, count: 4 })) {
        expect([i, reason]).toEqual([i, 'steady']);
        expect(any.classify(final).distance, `flow ${i}`).toBeLessThan(1e-8);
        expect(steps.accepted + steps.rejected).toBeLessThan(6000);
      }
    }
  });

  it.each(BACKENDS)('at a small λ on %s too', async (backend) => {
    const any = simsiamFlow(spectrum, { k: 2, lambda: 1e-5 });
    const { reason, final, steps } = await any.integrate({ seed: 1 }, { backend });
    expect([reason, steps.implicit > 50]).toEqual(['steady', true]);
    expect(any.classify(final).distance).toBeLessThan(1e-8);
  });

  it('of a slow moving average, which relaxes at its own rate', async () => {
    const any = linearSimsiamFlow(moments, { k: 2, lambda: 0.2, predictor: 'learned', target: { rate: 1e-10 } });
    const { reason, final } = await any.integrate({ seed: 1 });
    expect(reason).toBe('steady');
    // Its start is about 1 away; 16 eps of velocity are 4e-5 at this rate, and a collapse along the way slows it further.
    expect(any.classify(final).distance).toBeLessThan(1e-2);
  });

  it('and below as far as rounding of the velocity, some eps, lets: eps/λ', async () => {
    for (const any of flows(1e-9).slice(0, 3)) {
      const { reason, final } = await any.integrate({ seed: 1 });
      expect(reason).toBe('steady');
      expect(any.classify(final).distance).toBeLessThan(20 * (Number.EPSILON / 1e-9));
    }
  });
});
