import { describe, expect, it } from 'vitest';
import type { Flow, Trajectory } from '../../src/dynamics/flow.js';
import { deepLinearFlow } from '../../src/dynamics/flows/deep-linear.js';
import { simsiamFlow } from '../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../src/dynamics/pairs/gaussian-pair.js';
import { Matrix } from '../../src/matrix/matrix.js';
import { judge } from '../../src/report/dynamics-judge.js';
import { predict } from '../../src/report/dynamics-predict.js';

const LATENT = 'latent-prediction';
const pair = gaussianPair({ rho: 0.9, degree: 3 });

function judged(flow: Flow, state: number[][], change: Partial<Trajectory> = {}) {
  const final = Matrix.from(state);
  const none = new Float64Array(0);
  const trajectory: Trajectory = {
    times: none,
    states: [],
    energy: none,
    predictorTrace: none,
    reason: 'steady',
    words: 'Steady.',
    final,
    time: 7,
    speed: 1e-12,
    steps: { accepted: 1, rejected: 0, implicit: 0 },
    ...change,
  };
  return judge(flow, 1, trajectory, flow.classify(final), predict(flow));
}

describe('judge', () => {
  const flow = simsiamFlow(pair, { k: 1, lambda: 0.1 });
  const [level = 0] = predict(flow).levels as number[];
  // p² − p + λ = 0 at s = 1.
  const lower = 1 - level;

  it('agrees where a start rests at an equilibrium that attracts', () => {
    expect(judged(flow, [[level, 0, 0, 0]])).toMatchObject({ outcome: 'full', agrees: true, words: 'Steady.' });
    expect(judged(flow, [[0, 0, 0, 0]])).toMatchObject({ outcome: 'collapsed', agrees: true });
  });

  it('disagrees at one that does not, and where there is none', () => {
    expect(judged(flow, [[lower, 0, 0, 0]]).agrees).toBe(false);
    expect(judged(flow, [[0, 0, level, 0]]).agrees).toBe(false);
    expect(judged(flow, [[level + 0.01, 0, 0, 0]])).toMatchObject({ outcome: 'full', agrees: false });
  });

  it('does not judge what moves', () => {
    expect(judged(flow, [[level, 0, 0, 0]], { reason: 'tMax' })).toMatchObject({ outcome: 'unsettled', agrees: null });
  });

  it('does not take a speed below rounding for rest where λ is tiny', () => {
    const tiny = simsiamFlow(pair, { k: 1, lambda: 1e-12 });
    const start = judged(tiny, [[0.4, 0, 0, 0]]);
    expect(start).toMatchObject({ outcome: 'unsettled', agrees: null });
    expect(start.words).toContain('below what double precision resolves');
    expect(judged(tiny, [[1 - 1e-5, 0, 0, 0]])).toMatchObject({ outcome: 'full', agrees: true });
  });

  it('judges only features of deep networks that can be followed', () => {
    const deep = deepLinearFlow({ rho: [0.9, 0.5], kappa: [1, 1] }, { depth: 20, objective: LATENT });
    const limit = 0.9 ** 20;
    expect(judged(deep, [[limit, 3e-5]])).toMatchObject({ outcome: 'full', agrees: true });
    expect(judged(deep, [[limit * 1.01, 3e-5]]).agrees).toBe(false);
    // Near 0, which it leaves as a power of time.
    const lingering = judged(deep, [[1e-6, 9e-7]]);
    expect(lingering).toMatchObject({ outcome: 'unsettled', agrees: null });
    expect(lingering.words).toContain('algebraically');
    expect(judged(deep, [[0, 9e-7]]).agrees).toBe(false);
  });
});
