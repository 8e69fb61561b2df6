import { describe, expect, it } from 'vitest';
import { checkCost, estimatedSeconds } from '../../src/cli/dynamics-cost.js';
import { failure } from '../support/failure.js';

const flow = (k: number, modes: number) => ({ k, columns: modes, correlations: new Float64Array(modes) });

describe('checkCost', () => {
  it('is silent about what takes seconds, and warns of minutes', () => {
    expect(checkCost(flow(3, 9), 24)).toBeUndefined();
    expect(checkCost(flow(4, 32), 200)).toBeUndefined();
    expect(checkCost(flow(3, 3001), 24)).toMatch(/^24 starts of 3×3001 numbers: this takes some \d+ min \d\d s$/);
    expect(checkCost(flow(3, 9), 10_000)).toBeUndefined();
    expect(checkCost(flow(16, 60), 100)).toContain('100 starts of 16×60 numbers');
  });

  it('refuses what takes hours', async () => {
    const error = await failure(() => checkCost(flow(16, 4000), 1000));
    expect(error).toMatchObject({ code: 'TOO_LARGE', argument: '--starts' });
    expect(error.message).toContain('fewer starts');
  });

  it('grows with every size', () => {
    const base = estimatedSeconds(flow(3, 50));
    expect(estimatedSeconds(flow(4, 50))).toBeGreaterThan(base);
    expect(estimatedSeconds(flow(3, 60))).toBeGreaterThan(base);
  });
});
