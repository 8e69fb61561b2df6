import { describe, expect, it } from 'vitest';
import { peiraFlow } from '../../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { failure } from '../../support/failure.js';
import fc from '../../support/properties.js';
import { modesOf, pairOf, symmetricPair } from '../hand-made.js';

const binomial = (n: number, r: number): number => (r === 0 ? 1 : (binomial(n - 1, r - 1) * n) / r);

describe('the families of equilibria', () => {
  it('are one choice of at most k modes and a root for each: Σ 2^r (m over r)', () => {
    const flow = simsiamFlow(symmetricPair([0.9, 0.8, 0.6, -0.5, 0.01]), { k: 3, lambda: 0.02 });
    const count = (roots: number, most: number) =>
      Array.from({ length: most + 1 }, (_, r) => roots ** r * binomial(4, r)).reduce((a, b) => a + b);
    expect(flow.equilibria()).toHaveLength(count(2, 3));
    expect(flow.equilibria({ roots: 'upper' })).toHaveLength(count(1, 3));
    expect(flow.equilibria({ maxModes: 1 })).toHaveLength(count(2, 1));
    expect(flow.equilibria({ maxModes: 0 }).map(modesOf)).toEqual(['']);
    expect(new Set(flow.equilibria().map(modesOf)).size).toBe(count(2, 3));
  });

  it('come by rising energy, their modes by index', () => {
    const all = simsiamFlow(symmetricPair([0.9, -0.8, 0.6]), { k: 2, lambda: 0.02 }).equilibria();
    for (let i = 1; i < all.length; i++) expect(all[i]?.energy).toBeGreaterThanOrEqual(all[i - 1]?.energy as number);
    for (const { modes } of all)
      expect(modes.map(({ index }) => index)).toEqual(modes.map(({ index }) => index).sort());
  });

  it('are the stable ones of all when only these are asked for, ties included', () => {
    const tenths = fc.integer({ min: -10, max: 10 }).map((s) => s / 10);
    fc.assert(
      fc.property(fc.array(tenths, { minLength: 3, maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (s, k) => {
        const pair = pairOf(Matrix.diagonal(s));
        for (const flow of [simsiamFlow(pair, { k, lambda: 0.02 }), peiraFlow(pair, { k, lambda: 0.5 })]) {
          const stable = flow.equilibria().filter((equilibrium) => equilibrium.stable);
          expect(flow.equilibria({ stable: true }).map(modesOf)).toEqual(stable.map(modesOf));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are refused beyond 100 000, the stable ones still found', async () => {
    const values = Array.from({ length: 60 }, (_, i) => 1 - i / 100);
    const flow = simsiamFlow(pairOf(Matrix.diagonal(values)), { k: 4, lambda: 0.02 });
    const error = await failure(() => flow.equilibria());
    expect(error.code).toBe('TOO_LARGE');
    for (const way of ['stable: true', "roots: 'upper'", 'maxModes']) expect(error.message).toContain(way);
    expect(flow.equilibria({ stable: true }).map(modesOf)).toEqual(['0 1 2 3', '0 1 2', '0 1', '0', '']);
    expect(flow.equilibria({ maxModes: 1 })).toHaveLength(121);
  });

  it('give a new state each time', () => {
    const [first] = simsiamFlow(symmetricPair([0.9, 0.5]), { k: 1, lambda: 0.02 }).equilibria();
    first?.state.data.fill(0);
    expect(first?.state.data.some((x) => x !== 0)).toBe(true);
  });

  it.each([
    ['OUT_OF_RANGE', 'maxModes', { maxModes: 3 }],
    ['OUT_OF_RANGE', 'maxModes', { maxModes: -1 }],
    ['INVALID_ARGUMENT', 'roots', { roots: 'lower' }],
    ['INVALID_ARGUMENT', 'stable', { stable: 1 }],
    ['UNKNOWN_OPTION', 'unstable', { unstable: true }],
  ])('refuse with %s for %s', async (code, argument, options) => {
    const flow = simsiamFlow(symmetricPair([0.9, 0.5]), { k: 2, lambda: 0.02 });
    expect(await failure(() => flow.equilibria(options as never))).toMatchObject({ code, argument });
  });
});
