import { describe, expect, it } from 'vitest';
import { linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { peiraFlow } from '../../../src/dynamics/flows/peira.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { plus, product, times } from '../../support/algebra.js';
import { normals, orthogonal } from '../../support/normals.js';
import { modesOf, pairOf, rectangularPair, symmetricPair } from '../hand-made.js';

const flow = simsiamFlow(symmetricPair([0.9, 0.6, 0.3, -0.7]), { k: 3, lambda: 0.015 });

describe('classify', () => {
  it('finds every family from any of its members', () => {
    const q = orthogonal(4, 3);
    for (const equilibrium of flow.equilibria()) {
      const found = flow.classify(product(q, equilibrium.state));
      expect(modesOf(found.equilibrium)).toBe(modesOf(equilibrium));
      expect(found.distance).toBeLessThan(1e-14);
    }
  });

  it('tells the distance to the nearest member, no further than any other', () => {
    const member = flow.equilibria({ stable: true })[0]?.state as Matrix;
    const moved = plus(product(orthogonal(9, 3), member), normals(5, 3, 4), 0.01);
    const { distance } = flow.classify(moved);
    const norm = (m: Matrix) => Math.hypot(...m.data);
    expect(distance).toBeLessThanOrEqual(0.01 * norm(normals(5, 3, 4)));
    for (let seed = 0; seed < 200; seed++) {
      expect(norm(plus(moved, product(orthogonal(seed, 3), member), -1))).toBeGreaterThanOrEqual(distance - 1e-14);
    }
  });

  it('takes for each mode the nearest amplitude, and at most k modes', () => {
    const one = (amplitude: number) => {
      const state = times(
        simsiamFlow(pairOf(Matrix.identity(1)), { k: 1, lambda: 0.09 }).equilibria()[0]?.state as Matrix,
        0,
      );
      state.data[0] = amplitude;
      const { equilibrium } = simsiamFlow(pairOf(Matrix.identity(1)), { k: 1, lambda: 0.09 }).classify(state);
      return modesOf(equilibrium);
    };
    // Roots 0.9 and 0.1.
    expect([0.04, 0.06, 0.49, 0.51, -2].map(one)).toEqual(['', '0l', '0l', '0', '0']);
    const crowded = flow.classify(
      times(
        Matrix.from([
          [1, 1, 1, 1],
          [1, -1, 1, -1],
          [1, 1, -1, -1],
        ]),
        0.45,
      ),
    );
    expect(crowded.equilibrium.modes).toHaveLength(3);
  });

  it('says in words what became of the modes', () => {
    const words = (modes: string) =>
      flow.classify(flow.equilibria().find((e) => modesOf(e) === modes)?.state as Matrix).words;
    expect(words('')).toMatch(/^Collapsed: no mode is kept, of 3;.*which is stable\.$/);
    expect(words('0')).toMatch(/^Mode 0 kept of 3: partial collapse;/);
    expect(words('0 1l')).toMatch(/^Modes 0, 1 kept of 3: partial collapse, 1 at the lower root;.*unstable\.$/);
    expect(words('0 1 3')).toMatch(/^Modes 0, 1, 3 kept, as many as can be;/);
  });

  it('sees through the arbitrary functions of tied modes', async () => {
    const tied = simsiamFlow(symmetricPair([0.9, 0.6, 0.6, 0.6, 0.2]), { k: 3, lambda: 0.015 });
    for (let seed = 0; seed < 5; seed++) {
      const { final } = await tied.integrate({ seed });
      const { equilibrium, amplitudes, distance, words } = tied.classify(final);
      expect(modesOf(equilibrium)).toBe('0 1 2');
      expect(distance).toBeLessThan(1e-8);
      expect(amplitudes[2]).toBeCloseTo(amplitudes[1] as number, 8);
      expect(amplitudes[3]).toBeCloseTo(0, 8);
      expect(words).toContain('degenerate');
    }
    const pair = rectangularPair([0.8, 0.8, 0.8], 3, 4);
    const two = peiraFlow(pair, { k: 2, lambda: 0.3 });
    const { distance, equilibrium } = two.classify((await two.integrate({ seed: 2 })).final);
    expect([modesOf(equilibrium), distance < 1e-8]).toEqual(['0 1', true]);
  });

  it.each([{ scale: 1 }, { rate: 0.5 }])('turns a learned predictor with its encoder, target %j', (target) => {
    const moments = { xx: Matrix.diagonal([1, 2, 1.5]), xy: Matrix.diagonal([0.9, 1.1, -0.8]) };
    const learned = linearSimsiamFlow(moments, { k: 2, lambda: 0.02, predictor: 'learned', target });
    const q = orthogonal(3, 2);
    for (const equilibrium of learned.equilibria()) {
      const { state } = equilibrium;
      const p = new Matrix(
        2,
        2,
        Float64Array.from([0, 1, 0, 1], (j, i) => state.get(i >> 1, j)),
      );
      const turned = product(q, state);
      product(q, p, q.transpose()).data.forEach((x, i) => {
        turned.data[(i >> 1) * learned.columns + (i & 1)] = x;
      });
      const found = learned.classify(turned);
      expect([modesOf(found.equilibrium), found.distance < 1e-14]).toEqual([modesOf(equilibrium), true]);
    }
  });
});
