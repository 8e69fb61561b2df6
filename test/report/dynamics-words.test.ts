import { describe, expect, it } from 'vitest';
import type { Field } from '../../src/backends/dynamics.js';
import { Matrix } from '../../src/matrix/matrix.js';
import type { DynamicsSummary } from '../../src/report/dynamics-run.js';
import { findings } from '../../src/report/dynamics-words.js';
import { type FakeRun, fakeRun } from './dynamics-runs.js';

const gram = Float64Array.from({ length: 9 }, (_, j) => 0.9 ** j);
const simsiam = (lambda: number): Field => ({
  kind: 'simsiam',
  k: 3,
  gram,
  predictorRidge: lambda,
  encoderRidge: lambda,
});

function say(given: FakeRun, change: Partial<DynamicsSummary> = {}) {
  const lambda = given.lambda ?? 0.1;
  const { theory, observed, advice } = findings({ ...fakeRun(given).summary, ...change }, simsiam(lambda));
  return { theory: theory.join(' '), observed: observed.join(' '), advice: advice.join(' ') };
}

describe('findings', () => {
  it('say what theory predicts', () => {
    const { theory } = say({});
    expect(theory).toContain('|s| ≥ 2√λ = 0.632: 5 of 9, u₁–u₅.');
    expect(theory).toContain('With k = 3 the fullest stable equilibrium holds u₁–u₃ at amplitudes 0.887, 0.77, 0.658');
    expect(theory).toContain('Stable too, so that starts may end there: u₁, u₂; u₁; nothing (collapse).');
  });

  it('say where starts ended, and which collapsed', () => {
    const { observed, advice } = say({ ends: [3, 3, 2, 1, 0] });
    expect(observed).toContain('Of 5 starts ended: 2 at u₁–u₃; 1 at u₁, u₂; 1 at u₁; 1 at nothing.');
    expect(observed).toContain('1 collapsed to nothing, and 2 collapsed partially');
    expect(observed).toContain('Theory and observation agree: every start');
    expect(advice).toContain('a smaller λ (--lambda), larger starts (--scale), or PEIRA');
  });

  it('are content where nothing collapsed', () => {
    const { observed, advice } = say({ ends: [3, 3] });
    expect(observed).toContain('All 2 starts ended at u₁–u₃. None collapsed.');
    expect(advice).not.toContain('To lose fewer');
    expect(advice).toContain('λ admits 5 modes');
    expect(advice).toContain('--centered takes it out');
  });

  it('name the λ that lets the next mode in', () => {
    // s² / 4 at s = 0.9: u₂ is the first that λ = 0.21 leaves out.
    expect(say({ lambda: 0.21, ends: [1] }).advice).toContain(
      'Only 1 of 3 directions can be used: u₂, with s = 0.9, needs λ below 0.203.',
    );
  });

  it('do not blame starts where everything must collapse', () => {
    const { theory, observed, advice } = say({ lambda: 1, ends: [0, 0] });
    expect(theory).toContain('nothing is the only stable equilibrium');
    expect(observed).toContain('All 2 starts collapsed to nothing. At this λ nothing else could be.');
    expect(advice).not.toContain('To lose fewer');
  });

  it('tell disagreement, indecision and unrest apart', () => {
    expect(say({}, { agreement: { agree: 5, disagree: 1, undecided: 0 } }).observed).toContain(
      'disagree: 1 start came to rest where theory knows no stable equilibrium.',
    );
    const tied = say({}, { agreement: { agree: 4, disagree: 0, undecided: 2 } }).observed;
    expect(tied).toContain('every start that theory decides (4)');
    expect(tied).toContain('Of 2 starts theory does not decide');
    const moving = say({ ends: [null, 3] });
    expect(moving.observed).toContain('1 not at rest');
    expect(moving.advice).toContain('1 start did not come to rest. Of the first: The time to end at came first.');
  });

  it('set the Jacobian beside theory', () => {
    const [first, ...rest] = fakeRun().summary.basins as [DynamicsSummary['basins'][0]];
    const jacobian = { unstable: 1, neutral: 3, stable: 23, orbit: 3, verdict: 'unstable' as const };
    expect(say({}, { basins: [{ ...first, jacobian }, ...rest] }).observed).toContain(
      'At u₁–u₃ the Jacobian says unstable, theory stable.',
    );
  });

  it('tell of the part of a tie that is held', () => {
    const { theory, observed } = say({ k: 2, ends: [2, 2] }, { ties: [[1, 2]] });
    expect(theory).toContain('holds u₁, 1 of (u₂, u₃) at amplitudes');
    expect(theory).toContain('u₂, u₃ have one correlation, and there is room for 1 of them');
    expect(observed).toContain('All 2 starts ended at u₁, 1 of (u₂, u₃). None collapsed.');
  });

  it('say where as many modes are held at more energy', () => {
    const { summary } = fakeRun({ ends: [3, 3] });
    const [best] = summary.basins as [DynamicsSummary['basins'][0]];
    const basins = [best, { ...best, modes: [0, 1, 8], energy: best.energy + 0.25 }];
    const lowest = { modes: best.modes, energy: best.energy, starts: 2, above: 2 };
    const outcomes = { full: 4, partial: 0, collapsed: 0, unsettled: 0 };
    expect(say({ ends: [3, 3, 3, 3] }, { basins, lowest, outcomes }).observed).toContain(
      `that of u₁–u₃, where 2 starts ended; 2 ended at as many modes as can be held, but higher: u₁, u₂, u₉ by 0.25.`,
    );
    expect(say({ ends: [3, 3, 3, 3] }, { basins, lowest: null, outcomes }).observed).not.toContain('higher');
  });

  it('promise no λ that admits what has no correlation', () => {
    // Of rounding, where there is none.
    const correlations = [1, 1e-17, 0];
    const levels = [0.887, null, null];
    const predicted = { ...fakeRun().summary.predicted, admissible: 1 };
    expect(say({}, { correlations, levels, predicted }).advice).toContain('no λ admits them');
    const { summary } = fakeRun();
    const negative = { ...summary, correlations: [1, -0.5, -0.9], levels, predicted };
    const shared: Field = { kind: 'peira', k: 3, gram, lambda: 0.1, encoders: 'shared' };
    expect(findings(negative, shared).advice.join(' ')).toContain('whatever λ (--encoders two');
    // SimSiam holds those of either sign: s² / 4 at s = −0.9.
    expect(findings(negative, simsiam(0.3)).advice.join(' ')).toContain('u₃, with s = −0.9, needs λ below 0.203.');
  });

  it('mention the noise of drawn views', () => {
    const pair = { ...fakeRun().summary.pair, data: { images: 400, samples: 4 } };
    expect(say({}, { pair }).theory).toContain('sampling noise of some 0.025');
    expect(say({}, { pair: { ...pair, data: { images: 400, samples: null } } }).theory).not.toContain('noise');
  });

  it('say what double precision cannot tell', () => {
    const { summary } = fakeRun({ ends: [null, null] });
    const starts = summary.starts.map((start) => ({ ...start, reason: 'steady' as const }));
    const change = { starts, resolution: { distance: 1e-3, unresolved: [] } };
    const { observed } = say({ ends: [null, null], lambda: 1e-12 }, change);
    expect(observed).toContain('None of 2 starts came to rest.');
    expect(observed).toContain('eps · rate / λ = 2.22×10⁻⁴ only: of 2 starts it cannot tell the end.');
    expect(observed).not.toMatch(/disagree|could be held/);
    const deep = say({}, { resolution: { distance: 1e-6, unresolved: [2] } }).observed;
    expect(deep).toContain('The limits of u₃ are less than a thousandth');
  });

  it('do not set a Jacobian that sees too little against theory', () => {
    const [first] = fakeRun({ ends: [3] }).summary.basins as [DynamicsSummary['basins'][0]];
    const jacobian = { unstable: 0, neutral: 9, stable: 18, orbit: 3, verdict: 'degenerate' as const };
    const basins = [{ ...first, jacobian }];
    expect(say({ ends: [3], lambda: 1e-8 }, { basins }).observed).toContain('shows nothing that grows');
    expect(say({ ends: [3] }, { basins }).observed).toContain('the Jacobian says degenerate, theory stable');
  });

  it('know the rules of the other flows', () => {
    const { summary } = fakeRun();
    const peira: Field = { kind: 'peira', k: 3, gram, lambda: 0.1, encoders: 'two' };
    expect(findings(summary, peira).theory[0]).toContain('s > λ² = 0.01');
    const linear: Field = {
      kind: 'linear-simsiam',
      k: 3,
      xx: Matrix.identity(9),
      xy: Matrix.diagonal(gram),
      isotropic: 1,
      lambda: 0.1,
      predictor: 'learned',
      target: { scale: 0.5 },
    };
    expect(findings(summary, linear).theory[0]).toContain('|s| ≥ 2√λ/τ = 1.26');
    expect(findings(summary, { ...linear, isotropic: undefined }).theory[0]).toContain('can hold these modes: 5 of 9');
    const [rho, kappa] = [Float64Array.of(0.9, 0.5), Float64Array.of(1, 2)];
    const deep: Field = { kind: 'deep-linear', k: 1, rho, kappa, depth: 2, objective: 'reconstruction' };
    expect(findings(summary, deep).theory[0]).toContain(
      'With L = 2 every feature’s weight ends at ρ^(L/(L+1))'.replace('’', "'"),
    );
  });
});
