import { describe, expect, it } from 'vitest';
import { deepLinearFlow } from '../../../src/dynamics/flows/deep-linear.js';
import { linearSimsiamFlow } from '../../../src/dynamics/flows/linear-simsiam.js';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { Matrix } from '../../../src/matrix/matrix.js';
import { symmetricPair } from '../hand-made.js';

describe('the words of a steady state', () => {
  const flow = simsiamFlow(symmetricPair([0.9, 0.6, 0.6]), { k: 1, lambda: 0.05 });

  it('say that the equilibrium is unstable, and only then', async () => {
    for (const equilibrium of flow.equilibria()) {
      const { reason, words } = await flow.integrate(equilibrium.state);
      expect(reason).toBe('steady');
      expect(words.includes('unstable'), words).toBe(equilibrium.verdict === 'unstable');
    }
    const still = deepLinearFlow({ rho: [0.5], kappa: [1] }, { depth: 2, objective: 'latent-prediction' });
    expect((await still.integrate(Matrix.from([[0]]))).words).toContain('unstable');
  });

  it('make no claim before the steady state, nor where theory has nothing to say', async () => {
    const saddle = flow.equilibria().find(({ verdict }) => verdict === 'unstable')?.state as Matrix;
    expect((await flow.integrate(saddle, { tMax: 0.1 })).words).not.toContain('unstable');
    const free = linearSimsiamFlow(
      { xx: Matrix.identity(2), xy: Matrix.diagonal([0.8, 0.3]) },
      { k: 1, lambda: 0, predictor: 'optimal' },
    );
    const { reason, words } = await free.integrate(Matrix.from([[0, 1]]));
    expect([reason, words.includes('unstable')]).toEqual(['steady', false]);
  });

  it('are followed by what they advise', async () => {
    const saddle = flow.equilibria().find(({ modes }) => modes[0]?.index === 1 && modes[0].root === 'upper');
    const final = (await flow.integrate(saddle?.state as Matrix)).final;
    const beside = new Matrix(
      1,
      3,
      Float64Array.from(final.data, (x, j) => x + 1e-6 * (j + 1)),
    );
    expect(flow.classify((await flow.integrate(beside)).final).equilibrium.verdict).toBe('stable');
  });
});
