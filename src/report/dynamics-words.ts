/** What a run of the dynamics says, in sentences: what theory predicts, what was observed, and what to do about it. */
import type { Field } from '../backends/dynamics.js';
import { advice } from './dynamics-advice.js';
import { observed } from './dynamics-observed.js';
import type { DynamicsSummary } from './dynamics-run.js';
import { theory } from './dynamics-theory.js';

export function findings(known: Omit<DynamicsSummary, 'findings'>, field: Field): DynamicsSummary['findings'] {
  return { theory: theory(known, field), observed: observed(known, field), advice: advice(known, field) };
}
