/** What theory predicts, in sentences. */
import type { DeepLinearField, Field } from '../backends/dynamics.js';
import { FLOW_NAMES, modesName } from './dynamics-names.js';
import type { EquilibriumFacts } from './dynamics-run.js';
import { energyName, type Known, MOST_NAMED, scaleOf } from './dynamics-terms.js';
import { list, plain, significant } from './numbers.js';

export function theory(known: Known, field: Field): string[] {
  if (field.kind === 'deep-linear') return deepLinear(known, field);
  const { stable } = known.predicted;
  const [best] = stable;
  const noise = sampling(known);
  if (best === undefined) return [survival(known, field), 'Theory names no stable equilibrium of this flow.', ...noise];
  return [survival(known, field), fullest(known, best), ...tied(known, best), ...others(known), ...noise];
}

/** Limits ρ^L and ρ^{L/(L+1)} of a feature's weight (Littwin et al., How JEPA avoids noisy features, NeurIPS 2024). */
function deepLinear({ predicted: { stable } }: Known, { depth, objective, rho, kappa }: DeepLinearField): string[] {
  const latent = objective === 'latent-prediction';
  const power = latent ? 'ρ^L' : 'ρ^(L/(L+1))';
  const limits = list([...(stable[0]?.amplitudes ?? [])].slice(0, MOST_LEVELS), significant);
  const favoured = latent
    ? 'Latent prediction favours features that predict each other well (high ρ)'
    : 'Reconstruction tells features apart less by how well they predict each other (ρ)';
  return [
    `With L = ${depth} every feature's weight ends at ${power}: ${limits}${rho.length > MOST_LEVELS ? ', …' : ''}.`,
    `${favoured}; how fast each is learned depends on κ = ${list([...kappa].slice(0, MOST_LEVELS), significant)} too.`,
  ];
}

/** Which modes can be held at all. */
function survival({ correlations, levels }: Known, field: Field): string {
  const held = levels.flatMap((level, index) => (level === null ? [] : [index]));
  const names = held.length === 0 ? 'none' : `${held.length} of ${correlations.length}, ${modesName(held)}`;
  const rule = survivalRule(field);
  return `${FLOW_NAMES[field.kind]} can hold ${rule === null ? 'these modes' : `the modes with ${rule}`}: ${names}.`;
}

/**
 * SimSiam: p² − sp + λ = 0 has real roots, of linear encoders ap² − τasp + λ = 0; PEIRA: the amplitude² (√s − λ)/2 is
 * positive.
 */
function survivalRule(field: Field): string | null {
  if (field.kind === 'simsiam') return `|s| ≥ 2√λ = ${significant(2 * Math.sqrt(field.encoderRidge))}`;
  if (field.kind === 'peira') return `s > λ² = ${significant(field.lambda ** 2)}`;
  if (field.kind === 'deep-linear' || field.isotropic === undefined) return null;
  const [a, tau] = [field.isotropic, scaleOf(field)];
  const root = a === 1 ? '2√λ' : '2√(λ/a)';
  return `|s| ≥ ${root}${tau === 1 ? '' : '/τ'} = ${significant((2 * Math.sqrt(field.lambda / a)) / tau)}`;
}

/** Amplitudes beyond this are left to the tables. */
const MOST_LEVELS = 6;

function fullest({ flow, ties }: Known, { modes, amplitudes, energy, predictorTrace }: EquilibriumFacts): string {
  if (modes.length === 0) return 'So every start collapses: nothing is the only stable equilibrium.';
  const word = amplitudes.length === 1 ? 'amplitude' : 'amplitudes';
  const levels = amplitudes.length > MOST_LEVELS ? '' : ` at ${word} ${list(amplitudes, significant)}`;
  return `With k = ${flow.k} the fullest stable equilibrium holds ${modesName(modes, ties)}${levels}; its ${energyName(flow)} is ${significant(energy)} and Tr P ${significant(predictorTrace)}.`;
}

/** Where k, or a choice, holds a part of a tie. */
function tied({ ties }: Known, { modes }: EquilibriumFacts): string[] {
  return ties
    .filter((tie) => tie.some((index) => modes.includes(index)) && !tie.every((index) => modes.includes(index)))
    .map((tie) => {
      const held = tie.filter((index) => modes.includes(index)).length;
      return `${modesName(tie)} have one correlation, and there is room for ${held} of them: starts end at ${held === 1 ? 'some combination' : `${held} orthogonal combinations`} of them, each as good as another.`;
    });
}

function others({ predicted: { stable }, ties }: Known): string[] {
  const [best, ...rest] = stable;
  if (best === undefined || best.modes.length === 0) return [];
  if (rest.length === 0) return ['No other equilibrium is stable: almost every start must end there.'];
  const names = rest
    .slice(0, MOST_NAMED)
    .map(({ modes }) => (modes.length === 0 ? 'nothing (collapse)' : modesName(modes, ties)));
  const more = rest.length > MOST_NAMED ? ` and ${rest.length - MOST_NAMED} more` : '';
  return [`Stable too, so that starts may end there: ${names.join('; ')}${more}.`];
}

/** Moments of drawn views are estimates: their error is at best one in √(images · views). */
function sampling({ pair: { data } }: Known): string[] {
  if (data === undefined || data.samples === null) return [];
  const { images, samples } = data;
  return [
    `The correlations are estimates, from ${samples} views drawn of each of ${plain(images)} images: they carry sampling noise of some ${significant(1 / Math.sqrt(images * samples))}, and small ones may be nothing else.`,
  ];
}
