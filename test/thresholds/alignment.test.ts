import { describe, expect, it } from 'vitest';
import {
  type AlignmentProblem,
  type AlignmentThresholds,
  alignmentThresholds,
} from '../../src/thresholds/alignment.js';
import { failure } from '../support/failure.js';
import { closedFormFixture } from '../support/fixtures.js';
import fc from '../support/properties.js';

interface Expected extends Omit<AlignmentThresholds, 'reconstruction' | 'jointEmbedding'> {
  reconstruction: { alphaSquared: number | null; alpha: number; always: boolean };
  jointEmbedding: { alphaSquared: number | null; alpha: number; always: boolean };
}

interface ThresholdProblem {
  name: string;
  signal: number[];
  theta: number | number[];
  gamma: number[];
  expected: Expected;
}

const { problems } = closedFormFixture<{ problems: ThresholdProblem[] }>('thresholds');

/** Sizes over six orders of magnitude. */
const size = fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
const orZero = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 5, arbitrary: size });
const listOf = (values: fc.Arbitrary<number>, minLength: number, maxLength = minLength) =>
  fc.array(values, { minLength, maxLength });

const anyProblem = fc
  .record({ k: fc.integer({ min: 1, max: 4 }), noise: fc.integer({ min: 1, max: 4 }) })
  .chain(({ k, noise }) =>
    fc.record({ signal: listOf(size, k), theta: listOf(orZero, k + noise), gamma: listOf(orZero, noise) }),
  );

const SCORES = {
  reconstruction: {
    signal: (a: number, theta: number) => a / Math.sqrt(a + theta),
    noise: (gamma: number, variance: number) => gamma / Math.sqrt(variance),
  },
  jointEmbedding: {
    signal: (a: number, theta: number) => a / (a + theta),
    noise: (gamma: number, variance: number) => gamma / variance,
  },
};
type Method = keyof typeof SCORES;
const METHODS = Object.keys(SCORES) as Method[];

/** Whether every signal score is above every noise score at this α²: the definition, without solving for α. */
function recovers(method: Method, { signal, theta, gamma }: Lists, alphaSquared: number): boolean {
  const scores = SCORES[method];
  const least = Math.min(...signal.map((a, i) => scores.signal(a, theta[i] as number)));
  return gamma.every((value, i) => {
    // A coordinate without noise scores 0.
    if (value === 0) return true;
    const variance = (theta[signal.length + i] as number) + (1 + alphaSquared) * value;
    return variance > 0 && scores.noise(value, variance) < least;
  });
}

type Lists = { [K in keyof AlignmentProblem]: number[] };

/** What the terms of the thresholds are sums of, at their largest. */
function terms({ signal, theta, gamma }: Lists, { eta, delta }: AlignmentThresholds): number {
  const noise = gamma.map((value, i) => {
    return value === 0 ? 0 : value / eta ** 2 + (theta[signal.length + i] as number) / value;
  });
  return 1 / delta + Math.max(...noise);
}

describe('alignmentThresholds', () => {
  it.each(problems)('agrees with exact bisection: $name', ({ signal, theta, gamma, expected }) => {
    const spread = typeof theta === 'number' ? new Array(signal.length + gamma.length).fill(theta) : theta;
    const problem = { signal, theta: spread, gamma };
    const actual = alignmentThresholds(problem);
    expect(actual.eta / expected.eta).toBeCloseTo(1, 14);
    expect(actual.delta / expected.delta).toBeCloseTo(1, 14);
    const tolerance = 16 * Number.EPSILON * terms(problem, actual);
    for (const method of METHODS) {
      const { alphaSquared, alpha, always } = expected[method];
      if (alphaSquared === null) expect(actual[method].alphaSquared).toBe(Number.NEGATIVE_INFINITY);
      else expect([actual[method].alphaSquared]).toBeCloseToArray([alphaSquared], tolerance);
      expect([actual[method].alpha ** 2]).toBeCloseToArray([alpha ** 2], tolerance);
      expect(actual[method].always).toBe(always);
    }
    expect([actual.noise, actual.prefer]).toEqual([expected.noise, expected.prefer]);
  });

  it.each(METHODS)('%s: separates recovery from failure, just above and just below', (method) => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const { alphaSquared } = alignmentThresholds(problem)[method];
        if (alphaSquared === Number.NEGATIVE_INFINITY) {
          expect(problem.gamma.every((value) => value === 0)).toBe(true);
          return;
        }
        // A millionth of the terms whose difference it is; rounding is eps of them.
        const eta = alignmentThresholds(problem).eta;
        const deciding = problem.gamma.map((value, i) => {
          return value === 0 ? 0 : value / eta ** 2 + (problem.theta[problem.signal.length + i] as number) / value;
        });
        const step = 1e-6 * (1 + Math.abs(alphaSquared) + Math.max(...deciding));
        expect(recovers(method, problem, alphaSquared + step)).toBe(true);
        expect(recovers(method, problem, alphaSquared - step)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(METHODS)('%s: separates them to a millionth where the threshold is positive', (method) => {
    const moderate = fc.double({ min: 0.5, max: 2, noNaN: true });
    const problem = fc.record({ signal: listOf(moderate, 2), theta: listOf(moderate, 4), gamma: listOf(moderate, 2) });
    fc.assert(
      fc.property(problem, (lists) => {
        const { alphaSquared } = alignmentThresholds(lists)[method];
        fc.pre(alphaSquared > 1e-3);
        expect(recovers(method, lists, alphaSquared * (1 + 1e-6))).toBe(true);
        expect(recovers(method, lists, alphaSquared * (1 - 1e-6))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('has α = √max(0, α²), and always exactly where the square is negative', () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const result = alignmentThresholds(problem);
        for (const method of METHODS) {
          const { alphaSquared, alpha, always } = result[method];
          expect(alpha).toBe(alphaSquared > 0 ? Math.sqrt(alphaSquared) : 0);
          expect(always).toBe(alphaSquared < 0);
        }
      }),
    );
  });

  it('calls noise low or high where all of it is below or above η²/δ, and prefers accordingly', () => {
    const problem = fc
      .record({ k: fc.integer({ min: 1, max: 3 }), noise: fc.integer({ min: 1, max: 4 }) })
      .chain(({ k, noise }) =>
        fc.record({
          signal: listOf(size, k),
          theta: listOf(orZero, k + noise),
          // γ as a share of η²/δ, on one side of 1.
          shares: fc.oneof(
            listOf(fc.double({ min: 1e-3, max: 0.99, noNaN: true }), noise),
            listOf(fc.double({ min: 1.01, max: 1e3, noNaN: true }), noise),
          ),
        }),
      );
    fc.assert(
      fc.property(problem, ({ signal, theta, shares }) => {
        const { eta, delta } = alignmentThresholds({ signal, theta, gamma: shares });
        const gamma = shares.map((share) => (share * eta ** 2) / delta);
        const low = (shares[0] as number) < 1;
        const result = alignmentThresholds({ signal, theta, gamma });
        expect(result.noise).toBe(low ? 'low' : 'high');
        const rounding = 16 * Number.EPSILON * terms({ signal, theta, gamma }, result);
        const advantage = result.jointEmbedding.alphaSquared - result.reconstruction.alphaSquared;
        // By max over i of γᵢ/η² − 1/δ, at least 1 % of 1/δ, unless that is lost beside θ/γ.
        fc.pre(0.01 / delta > 2 * rounding);
        expect(low ? advantage : -advantage).toBeGreaterThan(0);
        expect(result.prefer).toBe(low ? 'reconstruction' : 'joint-embedding');
      }),
      { numRuns: 500 },
    );
  });

  it('prefers what has the lower signed square, whatever the noise', () => {
    fc.assert(
      fc.property(anyProblem, (problem) => {
        const { reconstruction: rc, jointEmbedding: je, prefer } = alignmentThresholds(problem);
        if (prefer === 'reconstruction') expect(rc.alphaSquared).toBeLessThan(je.alphaSquared);
        if (prefer === 'joint-embedding') expect(je.alphaSquared).toBeLessThan(rc.alphaSquared);
      }),
    );
  });

  it('compares signed squares also where both always recover', () => {
    const { reconstruction, jointEmbedding, prefer } = alignmentThresholds({
      signal: [9],
      theta: [1, 2],
      gamma: [0.5],
    });
    expect([reconstruction.alpha, jointEmbedding.alpha]).toEqual([0, 0]);
    expect(reconstruction.alphaSquared).toBeLessThan(jointEmbedding.alphaSquared);
    expect(prefer).toBe('reconstruction');
  });

  it('calls a tie a tie, in spite of rounding', () => {
    const tie = fc.record({ a: size, theta: orZero, beside: orZero });
    fc.assert(
      fc.property(tie, ({ a, theta, beside }) => {
        // One signal coordinate: η²/δ = a.
        const { noise, prefer } = alignmentThresholds({ signal: [a], theta: [theta, beside], gamma: [a] });
        expect([noise, prefer]).toEqual(['mixed', 'either']);
      }),
      { numRuns: 300 },
    );
    expect(alignmentThresholds({ signal: [0.1], theta: [0.2, 0.7], gamma: [0.1 * (1 + 1e-12)] })).toMatchObject({
      noise: 'high',
      prefer: 'joint-embedding',
    });
  });

  it('is not blinded by a coordinate that sets no threshold', () => {
    const { prefer } = alignmentThresholds({ signal: [4], theta: [2, 1, 1e4], gamma: [5, 1e-12] });
    expect(prefer).toBe('joint-embedding');
  });

  it('takes a threshold of exactly 0 not to include α = 0', () => {
    const { jointEmbedding } = alignmentThresholds({ signal: [4], theta: [12, 3], gamma: [1] });
    expect(jointEmbedding).toEqual({ alphaSquared: 0, alpha: 0, always: false });
  });

  it('sets no condition for coordinates without noise, and none at all without any', () => {
    const with0 = alignmentThresholds({ signal: [5, 3], theta: [1, 1, 1, 9], gamma: [7, 0] });
    expect(with0).toEqual(alignmentThresholds({ signal: [5, 3], theta: [1, 1, 1], gamma: [7] }));
    for (const gamma of [[], [0], [0, 0]]) {
      const theta = [1, 1, ...gamma.map(() => 2)];
      const { reconstruction, jointEmbedding, noise, prefer } = alignmentThresholds({ signal: [5, 3], theta, gamma });
      const free = { alphaSquared: Number.NEGATIVE_INFINITY, alpha: 0, always: true };
      expect([reconstruction, jointEmbedding]).toEqual([free, free]);
      expect([noise, prefer]).toEqual(['low', 'either']);
    }
  });

  it('takes typed arrays, does not see their order, and leaves them alone', () => {
    const lists = { signal: [5, 3], theta: [1, 2, 0.5, 4], gamma: [8, 0.25] };
    const expected = alignmentThresholds(lists);
    const turned = { signal: [3, 5], theta: [2, 1, 4, 0.5], gamma: [0.25, 8] };
    expect(alignmentThresholds(turned)).toEqual(expected);
    const typed = {
      signal: Float64Array.from(lists.signal),
      theta: Float32Array.from(lists.theta),
      gamma: Float64Array.from(lists.gamma),
    };
    expect(alignmentThresholds(typed)).toEqual(expected);
    expect([...typed.theta]).toEqual(lists.theta);
  });

  it.each<[string, unknown, string, string]>([
    ['no problem', undefined, 'INVALID_ARGUMENT', 'options'],
    ['null', null, 'INVALID_ARGUMENT', 'options'],
    ['a misspelt field', { signal: [1], theta: [1, 1], gama: [1] }, 'UNKNOWN_OPTION', 'gama'],
    ['a missing field', { signal: [1], theta: [1] }, 'INVALID_ARGUMENT', 'gamma'],
    ['a number instead of a list', { signal: [1], theta: 1, gamma: [1] }, 'INVALID_ARGUMENT', 'theta'],
    [
      'integers in a typed array of another kind',
      { signal: new Int32Array(1), theta: [1], gamma: [] },
      'INVALID_ARGUMENT',
      'signal',
    ],
    ['no signal', { signal: [], theta: [1], gamma: [1] }, 'EMPTY', 'signal'],
    ['a signal without energy', { signal: [1, 0], theta: [1, 1], gamma: [] }, 'OUT_OF_RANGE', 'signal[1]'],
    ['a negative variance', { signal: [1], theta: [1, -1], gamma: [1] }, 'OUT_OF_RANGE', 'theta[1]'],
    ['negative noise', { signal: [1], theta: [1, 1], gamma: [-1] }, 'OUT_OF_RANGE', 'gamma[0]'],
    ['NaN', { signal: [Number.NaN], theta: [1, 1], gamma: [1] }, 'INVALID_ARGUMENT', 'signal[0]'],
    ['an infinite variance', { signal: [1], theta: [1, Infinity], gamma: [1] }, 'INVALID_ARGUMENT', 'theta[1]'],
    ['a string', { signal: ['1'], theta: [1, 1], gamma: [1] }, 'INVALID_ARGUMENT', 'signal[0]'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ['a hole', { signal: [, 1], theta: [1, 1, 1], gamma: [1] }, 'INVALID_ARGUMENT', 'signal[0]'],
    ['too few variances', { signal: [1], theta: [1], gamma: [1] }, 'SHAPE_MISMATCH', 'theta'],
    ['too many variances', { signal: [1], theta: [1, 1, 1], gamma: [1] }, 'SHAPE_MISMATCH', 'theta'],
  ])('refuses %s', async (_, problem, code, argument) => {
    const error = await failure(() => alignmentThresholds(problem as AlignmentProblem));
    expect(error).toMatchObject({ code, argument });
  });

  it('refuses what float64 cannot hold, and never returns NaN', async () => {
    const wide = { signal: [1e-300], theta: [1e300, 1e200], gamma: [1e-200] };
    expect(await failure(() => alignmentThresholds(wide))).toMatchObject({ code: 'OUT_OF_RANGE' });
    const any = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
    const positive = any.filter((value) => value > 0);
    const problem = fc.record({ signal: listOf(positive, 2), theta: listOf(any, 4), gamma: listOf(any, 2) });
    fc.assert(
      fc.property(problem, (lists) => {
        try {
          const { eta, delta, reconstruction, jointEmbedding } = alignmentThresholds(lists);
          const numbers = [eta, delta, reconstruction.alphaSquared, jointEmbedding.alphaSquared];
          expect(numbers.every((value) => value < Number.POSITIVE_INFINITY)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'OUT_OF_RANGE' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a threshold of exactly 0', () => {
  // (1 − δ)/δ = θ/a is the signal's ratio, θ/γ the noise's; equal ratios of whole numbers are an exact tie.
  const ratios = Array.from({ length: 30 }, (_, i) => i + 1);

  it('needs some alignment, however the ratios round', () => {
    for (const a of ratios) {
      for (const b of ratios) {
        const { jointEmbedding } = alignmentThresholds({ signal: [a], theta: [a * b, 7 * b], gamma: [7] });
        expect(jointEmbedding).toEqual({ alphaSquared: 0, alpha: 0, always: false });
      }
    }
  });
});
