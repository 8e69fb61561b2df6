/** Words and numbers that several sentences and tables on the dynamics share. */
import type { Field, LinearSimsiamField } from '../backends/dynamics.js';
import type { DynamicsSummary } from './dynamics-run.js';

/** What is known before there are words for it. */
export type Known = Omit<DynamicsSummary, 'findings'>;

/** Equilibria that one sentence names at most. */
export const MOST_NAMED = 4;

/** The energy where it never rises, else the loss that the flow follows. */
export function energyName({ lyapunov }: DynamicsSummary['flow']): string {
  return lyapunov ? 'energy' : 'loss';
}

export function scaleOf({ target }: LinearSimsiamField): number {
  return 'scale' in target ? target.scale : 1;
}

/** Of deep networks, which have none, infinite. */
export function lambdaOf(field: Field): number {
  if (field.kind === 'deep-linear') return Number.POSITIVE_INFINITY;
  return field.kind === 'simsiam' ? field.encoderRidge : field.lambda;
}
