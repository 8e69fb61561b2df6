import { describe, expect, it } from 'vitest';
import type { Equilibrium, Flow } from '../../../src/dynamics/flow.js';
import { linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { peiraFlow } from '../../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { torusPair } from '../../../src/dynamics/pairs/torus-pair.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { modesOf, rectangularPair, symmetricPair } from '../hand-made.js';

const TIED = [0.9, 0.6, 0.6, 0.6, 0.3];

/** Rotations of a kept mode into one that ties with it. */
function rotationsOf(flow: Flow, { modes }: Equilibrium): number {
  const kept = modes.map(({ index }) => index);
  const others = [...flow.correlations.keys()].filter((i) => !kept.includes(i));
  const tie = (i: number, j: number) =>
    Math.abs((flow.correlations[i] as number) - (flow.correlations[j] as number)) < 1e-8;
  return kept.reduce((sum, i) => sum + others.filter((j) => tie(i, j)).length, 0);
}

describe.each([
  ['simsiam', simsiamFlow(symmetricPair(TIED), { k: 3, lambda: 0.02 })],
  ['simsiam, ties of either sign', simsiamFlow(symmetricPair([0.9, 0.7, 0.7, -0.8, -0.8]), { k: 3, lambda: 0.02 })],
  ['simsiam, a double root', simsiamFlow(symmetricPair([0.9, 0.9, 0.4]), { k: 3, lambda: 0.04 })],
  ['peira', peiraFlow(symmetricPair(TIED), { k: 3, lambda: 0.2, encoders: 'shared' })],
  ['peira, two encoders', peiraFlow(rectangularPair(TIED, 5, 5), { k: 2, lambda: 0.2 })],
  [
    'linear',
    linearSimsiamFlow(
      { xx: Matrix.diagonal([1, 1, 1, 2]), xy: Matrix.diagonal([0.9, 0.6, 0.6, 1.3]) },
      { k: 2, lambda: 0.02, predictor: 'learned' },
    ),
  ],
] as const)('an equilibrium of %s', (_, flow) => {
  // The oracle knows nothing of modes: it is the spectrum of the Jacobian.
  it('attracts where all perturbations return but those along the family and along rotations of a tie', () => {
    const all = flow.equilibria();
    for (const equilibrium of all) {
      const { unstable, neutral } = flow.stabilitySync(equilibrium.state);
      const still = equilibrium.neutral + rotationsOf(flow, equilibrium);
      expect(equilibrium.attracts, modesOf(equilibrium)).toBe(unstable === 0 && neutral === still);
      expect(equilibrium.stable && !equilibrium.attracts).toBe(false);
    }
    expect(all.filter(({ attracts }) => attracts).length).toBeGreaterThan(0);
  });
});

describe('a pair of modes that tie, cut by k', () => {
  const pair = torusPair({ degree: 4, shift: { gaussian: 0.5 } });

  it.each([
    ['simsiam', simsiamFlow(pair, { k: 2, lambda: 0.05 })],
    ['peira', peiraFlow(pair, { k: 2, lambda: 0.05 })],
  ])('is where %s ends: degenerate, yet it attracts', async (_, flow) => {
    expect(flow.equilibria({ stable: true }).filter(({ modes }) => modes.length === 2)).toEqual([]);
    const { equilibrium, partial, words } = flow.classify((await flow.integrate({ seed: 1 })).final);
    expect(equilibrium).toMatchObject({ verdict: 'degenerate', stable: false, attracts: true });
    expect(partial).toBe(false);
    expect(words).toMatch(/degenerate by a tie alone, and attracts\.$/);
    const { basins, global, partial: partially } = await flow.basins({ starts: 40, seed: 1 });
    // Whichever rotation of cos and sin is kept, it is one mode set.
    expect([basins.length, global, partially]).toEqual([1, 1, 0]);
  });

  it('is no tie where modes of the same displacement differ otherwise', () => {
    // p of mode 0 is the upper root of mode 1 as well: neither displaces the other, though a and c differ.
    const [a, p, lambda] = [2, 0.8, 0.1];
    const c = a * p + lambda / p;
    const flow = linearSimsiamFlow(
      { xx: Matrix.diagonal([1, a]), xy: Matrix.diagonal([p + lambda / p, c]) },
      { k: 1, lambda, predictor: 'optimal' },
    );
    const kept = flow.equilibria({ roots: 'upper' }).filter(({ modes }) => modes.length === 1);
    expect(kept.map(({ verdict, attracts }) => [verdict, attracts])).toEqual([
      ['degenerate', false],
      ['degenerate', false],
    ]);
  });

  it('leaves a double root out of what can be kept', () => {
    const flow = simsiamFlow(symmetricPair([0.9, 0.4]), { k: 2, lambda: 0.04 });
    const top = flow.equilibria({ stable: true }).find(({ modes }) => modes.length === 1) as Equilibrium;
    expect(flow.classify(top.state)).toMatchObject({ partial: false, collapsed: false });
  });
});
