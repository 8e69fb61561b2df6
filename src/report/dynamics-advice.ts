/** What to do about what was observed, in sentences. */
import type { Field } from '../backends/dynamics.js';
import { inFlags } from './dynamics-flags.js';
import { modeName } from './dynamics-names.js';
import { type Known, scaleOf } from './dynamics-terms.js';
import { counted, significant } from './numbers.js';

export function advice(known: Known, field: Field): string[] {
  return [
    ...againstCollapse(known, field),
    ...unusedDirections(known, field),
    ...leftModes(known),
    ...constant(known),
    ...unsettled(known),
  ];
}

function againstCollapse({ outcomes, predicted }: Known, { kind }: Field): string[] {
  if (outcomes.collapsed + outcomes.partial === 0 || predicted.stable[0]?.modes.length === 0) return [];
  const elsewhere = kind === 'simsiam' ? ', or PEIRA (--flow peira), which has no stable collapse' : '';
  if (kind === 'deep-linear') return ['To lose fewer starts to collapse take larger ones (--scale).'];
  return [`To lose fewer starts to collapse take a smaller λ (--lambda), larger starts (--scale)${elsewhere}.`];
}

/** The λ at which the next mode survives. */
function unusedDirections({ flow, predicted, correlations, levels }: Known, field: Field): string[] {
  const { admissible } = predicted;
  if (admissible >= flow.k || field.kind === 'deep-linear') return [];
  const words = `Only ${admissible} of ${counted(flow.k, 'direction')} can be used`;
  const next = levels
    .flatMap((level, index) => (level === null ? [{ index, limit: lambdaLimit(field, correlations[index] ?? 0) }] : []))
    .reduce((best, one) => (one.limit > best.limit ? one : best), { index: -1, limit: 0 });
  if (next.index === -1) return [`${words}: ${withoutLimit(field)}.`];
  const s = significant(correlations[next.index] as number);
  return [`${words}: ${modeName(next.index)}, with s = ${s}, needs λ below ${significant(next.limit)}.`];
}

/** Below which λ a mode survives; 0 where it never does. */
function lambdaLimit(field: Field, s: number): number {
  // A correlation of rounding alone is none.
  if (Math.abs(s) < 1e-12) return 0;
  if (field.kind === 'simsiam') return s ** 2 / 4;
  if (field.kind === 'peira') return s > 0 ? Math.sqrt(s) : 0;
  if (field.kind !== 'linear-simsiam' || field.isotropic === undefined) return 0;
  return (field.isotropic * (scaleOf(field) * s) ** 2) / 4;
}

function withoutLimit(field: Field): string {
  if (field.kind === 'peira' && field.encoders === 'shared')
    return 'a shared encoder holds positive correlations alone, and there are no more of them, whatever λ (--encoders two has singular values)';
  if (field.kind === 'linear-simsiam' && field.isotropic === undefined) return 'theory names no λ for the others';
  return 'the other modes have no correlation, and no λ admits them';
}

function leftModes({ flow, predicted: { admissible } }: Known): string[] {
  if (admissible <= flow.k || flow.kind === 'deep-linear') return [];
  return [`λ admits ${admissible} modes, k = ${flow.k} holds as many of them: a larger --k holds more.`];
}

/** Of uncentred pairs the first canonical function is 1, which tells nothing about a sample; linear ones do not have it. */
function constant({ config, pair, correlations, flow }: Known): string[] {
  const first = correlations[0];
  if (
    pair.centered ||
    config.data !== undefined ||
    flow.kind === 'deep-linear' ||
    first === undefined ||
    Math.abs(first - 1) > 1e-9
  )
    return [];
  return [
    'u₁, with s = 1, is the constant function: --centered takes it out, and its direction is free for another mode.',
  ];
}

function unsettled({ outcomes: { unsettled: count }, starts }: Known): string[] {
  if (count === 0) return [];
  const first = starts.find(({ outcome }) => outcome === 'unsettled');
  return [`${counted(count, 'start')} did not come to rest. Of the first: ${inFlags(first?.words ?? '')}`];
}
