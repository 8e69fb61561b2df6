import { describe, expect, test } from 'vitest';
import { simsiamFlow } from '../../../src/dynamics/flows/simsiam.js';
import { gaussianPair } from '../../../src/dynamics/pairs/gaussian-pair.js';

describe('explicit steps to the end', () => {
  // Steps at the edge of stability leave errors of their tolerance: were that not below steadiness, they would never end.
  test('become steady at loose tolerances', async () => {
    const flow = simsiamFlow(gaussianPair({ rho: 0.8, degree: 5 }), { k: 2, lambda: 0.05 });
    const { reason, speed } = await flow.integrate({ seed: 1 }, { method: 'explicit', rtol: 1e-3, atol: 1e-3 });
    expect(reason).toBe('steady');
    expect(speed).toBeLessThan(1e-13);
  });

  test('become steady where the state is too large for implicit ones and for a polish', async () => {
    for (const lambda of [0.05, 0.001]) {
      const flow = simsiamFlow(gaussianPair({ rho: 0.8, degree: 205 }), { k: 5, lambda });
      const { reason, final, steps } = await flow.integrate({ seed: 1, scale: 0.3 });
      expect(reason).toBe('steady');
      expect(steps.implicit).toBe(0);
      // A speed of 1e-10 λ is an error of some 1e-10 of the state's extent, about 30.
      expect(flow.classify(final).distance).toBeLessThan(1e-8);
    }
  });
});
