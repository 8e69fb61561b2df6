import { describe, expect, it } from 'vitest';
import { inFlags } from '../../src/report/dynamics-flags.js';

describe('inFlags', () => {
  it.each([
    ['A larger tMax goes on.', 'A larger --t-max goes on.'],
    ["Allow more by maxSteps, a looser rtol, or method 'auto'.", 'Allow more by --max-steps, a looser --rtol.'],
    ["Use peiraFlow with encoders: 'two'.", 'Use --flow peira with --encoders two.'],
    ['Enlarge the dictionary, or leave `centered` out.', 'Enlarge the dictionary, or leave --centered out.'],
    ['Start at a smaller scale.', 'Start with a smaller --scale.'],
    ['Pass --rtol, not --atol, which is centered.', 'Pass --rtol, not --atol, which is centered.'],
  ])('says %s by flags', (words, said) => {
    expect(inFlags(words)).toBe(said);
  });
});
