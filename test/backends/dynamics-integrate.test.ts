/** Integration of the dynamics: orders of convergence, known solutions and limits, and every way to stop. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { DynamicsBackend, Field, Integration, RawTrajectory } from '../../src/backends/dynamics.js';
import { dormandPrince } from '../../src/backends/js/dynamics/dormand-prince.js';
import { Lu } from '../../src/backends/js/dynamics/lu.js';
import { Budget } from '../../src/backends/js/dynamics/record.js';
import { rodas } from '../../src/backends/js/dynamics/rodas.js';
import type { Step } from '../../src/backends/js/dynamics/step.js';
import { StiffnessTest } from '../../src/backends/js/dynamics/stiffness.js';
import { length } from '../../src/backends/js/dynamics/vectors.js';
import { dynamics as js } from '../../src/backends/js/dynamics.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { product, solved, times } from '../support/algebra.js';
import { failure } from '../support/failure.js';
import { normals, orthogonal } from '../support/normals.js';
import { DEFAULTS, DYNAMICS, exchangeableTable, fieldsOf, gramOf, stateOf } from './dynamics-cases.js';

/** ẇ = w − w³: w² = 1/(1 + (1/w₀² − 1) e^{−2t}). */
const logistic: Field = {
  kind: 'deep-linear',
  k: 1,
  rho: Float64Array.of(1),
  kappa: Float64Array.of(1),
  depth: 1,
  objective: 'reconstruction',
};

function logisticAt(t: number, start: number): number {
  return 1 / Math.sqrt(1 + (1 / start ** 2 - 1) * Math.exp(-2 * t));
}

const START = 0.3;
const startOf = (w: number) => Matrix.from([[w]]);

async function one(
  dynamics: DynamicsBackend,
  field: Field,
  start: Matrix,
  options: Partial<Integration> = {},
  signal?: AbortSignal,
): Promise<RawTrajectory> {
  const [trajectory] = await dynamics.integrate({ signal }, field, [start], { ...DEFAULTS, ...options });
  return trajectory as RawTrajectory;
}

/** The slope of log y over log x, least squares. */
function order(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [lx, ly] = [x.map(Math.log), y.map(Math.log)];
  const [mx, my] = [mean(lx), mean(ly)];
  const products = lx.map((v, i) => (v - mx) * ((ly[i] as number) - my));
  return mean(products) / mean(lx.map((v) => (v - mx) ** 2));
}

/** A pendulum, y'' = −sin y: not linear, not symmetric, and no coordinate of its own time scale. */
const pendulum = (y: Float64Array) => Float64Array.of(y[1] as number, -Math.sin(y[0] as number));
const pendulumJacobian = (y: Float64Array) => Float64Array.of(0, 1, -Math.cos(y[0] as number), 0);

type Stepper = (y: Float64Array, h: number) => Step;

const steppers: [string, Stepper, number, number][] = [
  ['Dormand–Prince', (y, h) => dormandPrince(pendulum, y, pendulum(y), h), 5, 4],
  ['RODAS', (y, h) => finished(rodas(pendulum, y, pendulum(y), pendulumJacobian(y), h)), 4, 3],
];

function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function marched(stepper: Stepper, steps: number, until: number): Float64Array {
  let y: Float64Array = Float64Array.of(2, 0);
  for (let i = 0; i < steps; i++) y = stepper(y, until / steps).state;
  return y;
}

const gap = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((x, i) => x - (b[i] as number)));

describe.each(steppers)('%s', (_, stepper, main, dense) => {
  const exact = marched(steppers[0]?.[1] as Stepper, 4000, 2);

  test(`is of order ${main} in fixed steps`, () => {
    const counts = [20, 40, 80, 160];
    const errors = counts.map((count) => gap(marched(stepper, count, 2), exact));
    expect(order(counts, errors)).toBeCloseTo(-main, 0);
    expect(-order(counts, errors)).toBeGreaterThan(main - 0.25);
  });

  test(`has a dense output of order ${dense}, exact at both ends`, () => {
    const sizes = [0.4, 0.2, 0.1, 0.05];
    const y = Float64Array.of(2, 0);
    const errors = sizes.map((h) => gap(stepper(y, h).at(0.4), marched(steppers[0]?.[1] as Stepper, 400, 0.4 * h)));
    // The error of one step is of one order more.
    expect(order(sizes, errors)).toBeGreaterThan(dense + 0.7);
    const step = stepper(y, 0.3);
    expect(step.at(0)).toBeCloseToArray(y, 1e-15);
    expect(step.at(1)).toBeCloseToArray(step.state, 1e-15);
  });

  test('estimates an error of the lower order, and ends with the velocity of its end', () => {
    const sizes = [0.4, 0.2, 0.1, 0.05];
    const errors = sizes.map((h) => Math.hypot(...stepper(Float64Array.of(2, 0), h).error));
    expect(order(sizes, errors)).toBeGreaterThan(main - 0.3);
    const step = stepper(Float64Array.of(2, 0), 0.1);
    expect(step.velocity).toEqual(pendulum(step.state));
  });
});

test('RODAS is L-stable: a stiff mode is gone after one step', () => {
  const stiff = (y: Float64Array) => y.map((x) => -1e10 * x);
  const y = Float64Array.of(1);
  const step = finished(rodas(stiff, y, stiff(y), Float64Array.of(-1e10), 1));
  expect(Math.abs(step.state[0] as number)).toBeLessThan(1e-8);
});

test('LU solves what needs pivots, and yields no finite numbers for a singular matrix', () => {
  const a = normals(1, 7, 7);
  a.data[0] = 0;
  const b = normals(2, 7, 1);
  const x = finished(Lu.of(Float64Array.from(a.data), 7)).solve(b.data as Float64Array);
  expect(x).toBeCloseToArray(solved(a, b), 1e-12);
  const none = finished(Lu.of(new Float64Array(4), 2)).solve(Float64Array.of(1, 1));
  expect(none.every(Number.isFinite)).toBe(false);
});

test('lengths of numbers whose squares overflow or underflow', () => {
  for (const scale of [1e-300, 1, 1e300]) {
    expect(length(Float64Array.of(3 * scale, -4 * scale)) / scale).toBeCloseTo(5, 14);
  }
  expect(length(new Float64Array(3))).toBe(0);
  expect(length(Float64Array.of(1, Number.NaN))).toBeNaN();
});

test('the stiffness test wants fifteen hits, forgiven by six misses in a row', () => {
  const verdict = (hits: number, misses: number, more: number) => {
    const stiff = new StiffnessTest();
    const values = [...Array(hits).fill(3.3), ...Array(misses).fill(3.2), ...Array(more).fill(3.3)];
    return values.map((value) => stiff.add(value)).at(-1);
  };
  expect([verdict(14, 0, 0), verdict(15, 0, 0), verdict(14, 5, 1), verdict(14, 6, 1)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('saved numbers beyond 2²⁷ are too many', async () => {
  const budget = new Budget();
  budget.take(2 ** 27);
  expect((await failure(() => budget.take(1))).code).toBe('TOO_LARGE');
  // Told before any memory is taken: these are 2 · 10⁵ states of 1000 numbers.
  const wide: Field = { ...logistic, rho: new Float64Array(1000).fill(1), kappa: new Float64Array(1000).fill(1) };
  const starts = Array(1e5).fill(Matrix.zeros(1, 1000));
  expect((await failure(() => js.integrate({}, wide, starts, DEFAULTS))).code).toBe('TOO_LARGE');
});

describe.each(DYNAMICS)('$name: accuracy', ({ dynamics }) => {
  test.each([
    ['explicit', 5],
    ['implicit', 4],
  ] as const)(
    '%s: the error is about rtol, and falls with the number of steps to the power %i',
    async (method, main) => {
      const tolerances = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];
      const errors: number[] = [];
      const steps: number[] = [];
      for (const rtol of tolerances) {
        const to = { tMax: 3, minTime: 100, rtol, atol: 0, method };
        const it = await one(dynamics, logistic, startOf(START), to);
        expect(it.reason).toBe('tMax');
        expect(it.implicit).toBe(method === 'implicit' ? it.accepted : 0);
        errors.push(Math.abs((it.final[0] as number) - logisticAt(3, START)));
        steps.push(it.accepted);
      }
      tolerances.forEach((rtol, i) => {
        expect(errors[i]).toBeLessThan(10 * rtol);
      });
      expect(order(tolerances, errors)).toBeGreaterThan(0.6);
      expect(order(tolerances, errors)).toBeLessThan(1.4);
      // A few steps at both ends are of other sizes.
      expect(order(tolerances.slice(2), steps.slice(2))).toBeCloseTo(-1 / main, 1);
    },
  );

  test('takes the same steps for a state rotated on either side', async () => {
    const s = Float64Array.of(1, 0.8, 0.5);
    const q = orthogonal(1, 3);
    const dense = product(q, Matrix.diagonal(s), q.transpose());
    const field = (gram: Matrix | Float64Array): Field => {
      return { kind: 'simsiam', k: 2, gram, predictorRidge: 0.1, encoderRidge: 0.1 };
    };
    const u = stateOf(field(s), 2, 0.8);
    const plain = await one(dynamics, field(s), u, { tMax: 20 });
    const rotated = await one(dynamics, field(dense), product(orthogonal(3, 2), u, q.transpose()), { tMax: 20 });
    expect(rotated.accepted).toBe(plain.accepted);
    const back = product(orthogonal(3, 2).transpose(), new Matrix(2, 3, rotated.final), q);
    expect(back).toBeCloseToArray(plain.final, 1e-10);
  });
});

describe.each(DYNAMICS)('$name: what is saved', ({ dynamics }) => {
  const start = startOf(START);

  test('exactly the given times, from dense output, with energy and predictor of each', async () => {
    const save = Float64Array.of(0, 0.25, 0.5, 1.7, 2.5, 3);
    const it = await one(dynamics, logistic, start, { tMax: 3, minTime: 100, save, method: 'explicit' });
    expect(it.times).toEqual(save);
    expect(it.states[0]).toBe(START);
    it.times.forEach((t, i) => {
      const w = it.states[i] as number;
      expect(Math.abs(w - logisticAt(t, START))).toBeLessThan(1e-6);
      const { energy, predictorTrace } = dynamics.evaluate(logistic, startOf(w));
      expect([it.energy[i], it.predictorTrace[i]]).toEqual([energy, predictorTrace]);
    });
    expect(it.states[5]).toBe(it.final[0]);
    expect(it.time).toBe(3);
  });

  test('the steady state at the times after it; the times up to tMax otherwise', async () => {
    const save = Float64Array.of(0, 1, 1e6, 1e9);
    const steady = await one(dynamics, logistic, start, { save });
    expect(steady.reason).toBe('steady');
    expect(steady.times).toEqual(save);
    expect(steady.states.slice(2)).toEqual(Float64Array.of(steady.final[0] as number, steady.final[0] as number));
    const cut = await one(dynamics, logistic, start, { save, tMax: 2 });
    expect([cut.reason, cut.times]).toEqual(['tMax', Float64Array.of(0, 1)]);
  });

  test('every accepted step, the last of a steady state polished; or both ends', async () => {
    const steps = await one(dynamics, logistic, start, { save: 'steps' });
    expect(steps.times.length).toBe(steps.accepted + 1);
    expect(steps.states[steps.accepted]).toBe(steps.final[0]);
    expect([steps.times[0], steps.states[0], steps.times[steps.accepted]]).toEqual([0, START, steps.time]);
    for (let i = 1; i < steps.times.length; i++) {
      expect(steps.times[i]).toBeGreaterThan(steps.times[i - 1] as number);
    }
    const ends = await one(dynamics, logistic, start, { save: 'ends' });
    expect(ends.times).toEqual(Float64Array.of(0, ends.time));
    expect(ends.states).toEqual(Float64Array.of(START, ends.final[0] as number));
    expect([ends.energy.length, ends.predictorTrace.length]).toEqual([2, 2]);
  });

  test('the arguments as they were at the call', async () => {
    const field: Field & { gram: Float64Array } = {
      kind: 'simsiam',
      k: 2,
      gram: Float64Array.of(1, 0.8, 0.5),
      predictorRidge: 0.1,
      encoderRidge: 0.1,
    };
    const u = stateOf(field, 1, 0.8);
    const save = Float64Array.of(0, 1, 2);
    const expected = await one(dynamics, field, u, { save, tMax: 2 });
    const promise = one(dynamics, field, u, { save, tMax: 2 });
    u.data.fill(0);
    field.gram.fill(0);
    save.fill(0);
    expect(await promise).toEqual(expected);
  });
});

/** The stable amplitude of a mode of SimSiam with equal ridges. */
const simsiamRoot = (s: number, lambda: number) => (s + Math.sqrt(s ** 2 - 4 * lambda)) / 2;

/** How large each of the m modes is. */
function amplitudes(final: Float64Array, k: number, m: number): number[] {
  return Array.from({ length: m }, (_, j) =>
    Math.hypot(...Array.from({ length: k }, (_row, i) => final[i * m + j] as number)),
  );
}

describe.each(DYNAMICS)('$name: steady states', ({ dynamics }) => {
  test('of SimSiam: the first r modes at ½(s + √(s² − 4λ)), the others at 0', async () => {
    const s = [1, 0.85, 0.7, 0.3];
    const lambda = 0.1;
    const field: Field = {
      kind: 'simsiam',
      k: 3,
      gram: Float64Array.from(s),
      predictorRidge: lambda,
      encoderRidge: lambda,
    };
    const starts = Array.from({ length: 20 }, (_, seed) => stateOf(field, seed, 0.6));
    const ends = await dynamics.integrate({}, field, starts, DEFAULTS);
    const picked = new Set<number>();
    for (const { reason, final, speed } of ends) {
      expect(reason).toBe('steady');
      expect(speed).toBeLessThan(1e-14);
      const found = amplitudes(final, 3, 4);
      const r = found.filter((size) => size > 0.1).length;
      const expected = s.map((value, i) => (i < r ? simsiamRoot(value, lambda) : 0));
      expect(found).toBeCloseToArray(Float64Array.from(expected), 1e-8);
      picked.add(r);
    }
    expect(picked.has(3)).toBe(true);
  });

  test('of PEIRA: the k largest modes at √((√s − λ)/2) in each encoder', async () => {
    const s = [1, 0.6, 0.4, 0.2];
    const lambda = 0.1;
    const field: Field = { kind: 'peira', k: 2, gram: Float64Array.from(s), lambda, encoders: 'two' };
    const starts = Array.from({ length: 10 }, (_, seed) => stateOf(field, seed, 0.5));
    for (const { reason, final } of await dynamics.integrate({}, field, starts, DEFAULTS)) {
      expect(reason).toBe('steady');
      const sizes = s.map((value, i) => (i < 2 ? Math.sqrt((Math.sqrt(value) - lambda) / 2) : 0));
      expect(amplitudes(final, 2, 8)).toBeCloseToArray(Float64Array.from([...sizes, ...sizes]), 1e-8);
    }
  });

  test('of linear SimSiam with a learned predictor: Tian’s [τ + √(τ² − 4η(1 + σ²))]/(2(1 + σ²))', async () => {
    const [tau, eta, variance] = [0.9, 0.05, 1.2];
    const field: Field = {
      kind: 'linear-simsiam',
      k: 2,
      xx: times(Matrix.identity(3), variance),
      xy: Matrix.identity(3),
      isotropic: variance,
      lambda: eta,
      predictor: 'learned',
      target: { scale: tau },
    };
    const start = Matrix.from([
      [0.7, 0.1, 0.6, 0.2, 0.1],
      [0.1, 0.8, -0.1, 0.3, 0.7],
    ]);
    const it = await one(dynamics, field, start, { descends: false });
    const root = (tau + Math.sqrt(tau ** 2 - 4 * eta * variance)) / (2 * variance);
    expect(it.reason).toBe('steady');
    expect(it.predictorTrace[1]).toBeCloseTo(2 * root, 8);
  });

  test.each([
    ['latent-prediction', (rho: number) => rho ** 3],
    ['reconstruction', (rho: number) => rho ** (3 / 4)],
  ] as const)('of deep linear networks by %s', async (objective, limit) => {
    const rho = [0.9, 0.7, 0.5];
    const field: Field = {
      kind: 'deep-linear',
      k: 1,
      rho: Float64Array.from(rho),
      kappa: Float64Array.of(1, 0.5, 2),
      depth: 3,
      objective,
    };
    const it = await one(dynamics, field, Matrix.from([[0.05, 0.05, 0.05]]));
    expect(it.reason).toBe('steady');
    expect(it.final).toBeCloseToArray(Float64Array.from(rho, limit), 1e-8);
  });

  test('an equilibrium at the start is held until minTime, even an unstable one', async () => {
    const rest = 1;
    const it = await one(dynamics, logistic, startOf(rest), { minTime: 7 });
    expect([it.reason, it.final[0]]).toEqual(['steady', rest]);
    expect(it.time).toBeGreaterThanOrEqual(7);
    const atOnce = await one(dynamics, logistic, startOf(0), { minTime: 0, save: 'steps' });
    expect([atOnce.reason, atOnce.time, atOnce.accepted, atOnce.times.length]).toEqual(['steady', 0, 0, 1]);
  });

  test('a polish that goes far, or up, has not found the steady state of this trajectory', async () => {
    // Both starts are slow enough for these tolerances, and lie near the unstable equilibrium 0, where a polish leads.
    const far = { steadyTolerance: 1e-2, minTime: 0, descends: false };
    expect((await one(dynamics, logistic, startOf(2e-3), far)).final[0]).toBeCloseTo(1, 12);
    const up = { steadyTolerance: 1e-3, minTime: 0, descends: true };
    expect((await one(dynamics, logistic, startOf(5e-4), up)).final[0]).toBeCloseTo(1, 12);
    expect((await one(dynamics, logistic, startOf(5e-4), { ...up, descends: false })).final[0]).toBeCloseTo(0, 12);
  });
});

describe.each(DYNAMICS)('$name: a steady state', ({ dynamics }) => {
  test('is one whose speed is small against the relaxation, not against the rate', async () => {
    // From 1.3 the velocity near 1 is −2 (w − 1): it falls below the tolerance where w − 1 does.
    const ends = await Promise.all(
      [1, 1e-3].map((relaxation) =>
        one(dynamics, logistic, startOf(1.3), { steadyTolerance: 1e-2, relaxation, minTime: 0 }),
      ),
    );
    // e^{−2t} falls by a thousand meanwhile, give or take the last step.
    expect((ends[1]?.time as number) - (ends[0]?.time as number)).toBeGreaterThan(0.5 * (Math.log(1e3) / 2));
    for (const { final } of ends) expect(final[0]).toBeCloseTo(1, 14);
  });

  test('is none where a polish cannot slow it down', async () => {
    // At 1/√3 the velocity has its maximum: the Jacobian vanishes, and a Newton step leads far off.
    const slow = { steadyTolerance: 0.5, minTime: 0, descends: false };
    const it = await one(dynamics, logistic, startOf(1 / Math.sqrt(3)), slow);
    expect([it.reason, it.accepted > 0]).toEqual(['steady', true]);
    expect(it.final[0]).toBeCloseTo(1, 14);
  });

  test('is one at 16 eps of the rate, however slow the relaxation', async () => {
    const field = fieldsOf(5).simsiam as Field;
    const it = await one(dynamics, field, stateOf(field, 2, 0.8), { relaxation: 1e-13 });
    expect(it.reason).toBe('steady');
    expect(it.accepted).toBeLessThan(1000);
  });
});

describe.each(DYNAMICS)('$name: energy', ({ dynamics }) => {
  test.each([
    ['simsiam', 0.3],
    ['simsiam', 2],
    ['simsiam, indefinite', 0.8],
    ['peira, two', 0.8],
    ['peira, shared', 0.8],
    ['linear, optimal, isotropic', 0.8],
    ['deep, latent prediction', 0.8],
  ])('never rises by more than rounding: %s from a scale of %f', async (name, scale) => {
    for (let seed = 0; seed < 6; seed++) {
      const field = fieldsOf(seed)[name] as Field;
      const it = await one(dynamics, field, stateOf(field, seed, scale), { save: 'steps', rtol: 1e-4, atol: 1e-6 });
      expect(it.reason).toBe('steady');
      const size = Math.max(...it.energy.map(Math.abs));
      for (let i = 1; i < it.energy.length; i++) {
        // The bound on the rounding of an energy allows for its terms, which here are about 1.
        expect((it.energy[i] as number) - (it.energy[i - 1] as number)).toBeLessThan(1e-13 * (1 + size));
      }
    }
  });
});

describe.each(DYNAMICS)('$name: stiffness', ({ dynamics }) => {
  /** Variances from 1 to 1e4: their modes decay at rates that far apart. */
  const stiff: Field = {
    kind: 'linear-simsiam',
    k: 2,
    xx: Matrix.diagonal([1, 1e2, 1e4]),
    xy: Matrix.diagonal([0.9, 5, 5]),
    isotropic: undefined,
    lambda: 0.05,
    predictor: 'learned',
    target: { scale: 1 },
  };
  const start = stateOf(stiff, 2, 0.5);
  const options = { descends: false, rtol: 1e-6, atol: 1e-8 };

  test('is found, and goes on implicitly', async () => {
    const auto = await one(dynamics, stiff, start, { ...options, tMax: 50, minTime: 100 });
    const explicit = await one(dynamics, stiff, start, { ...options, tMax: 1, minTime: 100, method: 'explicit' });
    const implicit = await one(dynamics, stiff, start, { ...options, tMax: 50, minTime: 100, method: 'implicit' });
    expect(auto.implicit).toBeGreaterThan(0);
    expect(auto.implicit).toBeLessThan(auto.accepted);
    expect(explicit.implicit).toBe(0);
    expect(auto.accepted).toBeLessThan(explicit.accepted / 2);
    expect(auto.final).toBeCloseToArray(implicit.final, 1e-4);
  });

  test('with more than 1024 numbers, neither implicit steps nor a polish', async () => {
    const d = 1025;
    const field: Field = { ...logistic, rho: new Float64Array(d).fill(1), kappa: new Float64Array(d).fill(1) };
    const state = new Matrix(1, d, new Float64Array(d).fill(0.5));
    const it = await one(dynamics, field, state, { steadyTolerance: 1e-6 });
    expect([it.reason, it.implicit]).toEqual(['steady', 0]);
    expect(it.speed).toBeGreaterThan(1e-10);
    expect(it.speed).toBeLessThanOrEqual(1e-6 * Math.sqrt(d));
  });

  test('near a double root, s² ≈ 4λ, the steady state is reached', async () => {
    const lambda = 0.16 * (1 - 1e-4);
    const field: Field = {
      kind: 'simsiam',
      k: 1,
      gram: Float64Array.of(0.8),
      predictorRidge: lambda,
      encoderRidge: lambda,
    };
    const it = await one(dynamics, field, startOf(0.9));
    expect(it.reason).toBe('steady');
    expect(it.final[0]).toBeCloseTo(simsiamRoot(0.8, lambda), 8);
  });
});

describe.each(DYNAMICS)('$name: other ends', ({ dynamics }) => {
  const start = startOf(START);

  test('tMax, to the last bit, with 0 and tiny ones', async () => {
    for (const tMax of [1e-30, 0.1, 1 / 3, 0]) {
      const it = await one(dynamics, logistic, start, { tMax });
      expect([it.reason, it.time, it.times], String(tMax)).toEqual(['tMax', tMax, Float64Array.of(0, tMax)]);
    }
  });

  test('maxSteps, counting rejected ones', async () => {
    const it = await one(dynamics, logistic, startOf(1e3), { maxSteps: 7, save: 'steps' });
    expect([it.reason, it.accepted + it.rejected, it.times.length]).toEqual(['maxSteps', 7, it.accepted + 1]);
    expect((await one(dynamics, logistic, start, { maxSteps: 0 })).reason).toBe('maxSteps');
  });

  test('diverged, without NaN, at states too large for double precision', async () => {
    for (const [name, field] of Object.entries(fieldsOf(3))) {
      for (const scale of [1e100, 1e200, 1e308]) {
        const state = stateOf(field, 1, 1);
        const huge = times(state, scale / Math.max(...state.data.map(Math.abs)));
        const it = await one(dynamics, field, huge, { save: 'steps', descends: false, maxSteps: 50 });
        const numbers = [...it.states, ...it.energy, ...it.predictorTrace, ...it.final, it.speed, it.time];
        expect(numbers.filter(Number.isNaN), `${name} at ${scale}`).toEqual([]);
        expect(it.final.every(Number.isFinite)).toBe(true);
        if (scale < 1e200) continue;
        if (it.reason === 'diverged') expect(it.final).toEqual(huge.data);
        if (name === 'simsiam')
          expect([it.reason, it.time, it.speed]).toEqual(['diverged', 0, Number.POSITIVE_INFINITY]);
      }
    }
  });

  test('aborted, with what is there, and the event loop turns meanwhile', async () => {
    const endless = { minTime: 1e300, maxSteps: 1e9, method: 'explicit', save: 'ends' } as const;
    const abort = new AbortController();
    let turns = 0;
    const promise = dynamics.integrate({ signal: abort.signal }, logistic, [start, start], { ...DEFAULTS, ...endless });
    const since = performance.now();
    while (performance.now() - since < 60) {
      await turn();
      turns++;
    }
    abort.abort();
    const [first, second] = (await promise) as [RawTrajectory, RawTrajectory];
    expect(turns).toBeGreaterThan(1);
    expect([first.reason, second.reason]).toEqual(['aborted', 'aborted']);
    expect(first.time).toBeGreaterThan(0);
    expect(first.times.length).toBe(2);
    expect(second.final[0]).toBeGreaterThan(0);
  });

  test('each trajectory has the same bits whatever other starts there are', async () => {
    const field = fieldsOf(5).simsiam as Field;
    const starts = [1, 2, 3].map((seed) => stateOf(field, seed, 0.8));
    const together = await dynamics.integrate({}, field, starts, { ...DEFAULTS, save: 'steps' });
    const alone = await dynamics.integrate({}, field, [starts[1] as Matrix], { ...DEFAULTS, save: 'steps' });
    expect(together[1]).toEqual(alone[0]);
  });
});

describe.each(DYNAMICS.filter(({ name }) => name !== 'js'))('$name agrees with js', ({ dynamics }) => {
  test.each(Object.entries(fieldsOf(7)).filter(([name]) => !name.includes('without ridge')))('%s', async (_, field) => {
    for (const method of ['auto', 'implicit'] as const) {
      const options = { method, descends: false, tMax: 30, save: Float64Array.of(0, 0.5, 2, 8) };
      for (let seed = 0; seed < 3; seed++) {
        const start = stateOf(field, seed, 0.8);
        const mine = await one(dynamics, field, start, options);
        const reference = await one(js, field, start, options);
        expect(mine.reason).toBe(reference.reason);
        expect(mine.times).toEqual(reference.times);
        // Both err by rtol a unit of time, some hundred times 1e-8; the same algorithm agrees far better than that.
        expect(mine.states).toBeCloseToArray(reference.states, 1e-8);
        expect(mine.final).toBeCloseToArray(reference.final, 1e-8);
        expect(Math.abs(mine.accepted - reference.accepted)).toBeLessThanOrEqual(2);
      }
    }
  });

  test('finals of many starts', async () => {
    const gram = gramOf(exchangeableTable(9, 6, false));
    const field: Field = { kind: 'simsiam', k: 3, gram, predictorRidge: 0.03, encoderRidge: 0.03 };
    const starts = Array.from({ length: 30 }, (_, seed) => stateOf(field, seed, 0.7));
    const mine = await dynamics.integrate({}, field, starts, DEFAULTS);
    const reference = await js.integrate({}, field, starts, DEFAULTS);
    mine.forEach((it, i) => {
      expect(it.final).toBeCloseToArray(reference[i]?.final ?? [], 1e-6);
    });
  });
});
