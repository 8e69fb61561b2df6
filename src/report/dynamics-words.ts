/** What a run of the dynamics says, in sentences: what theory predicts, what was observed, and what to do about it. */
import type { DeepLinearField, Field } from '../backends/dynamics.js';
import { FLOW_NAMES, modeName, modesName } from './dynamics-names.js';
import type { DynamicsSummary, EquilibriumFacts } from './dynamics-run.js';
import { counted, list, significant } from './numbers.js';

type Known = Omit<DynamicsSummary, 'findings'>;

export function findings(known: Known, field: Field): DynamicsSummary['findings'] {
  return { theory: theory(known, field), observed: observed(known), advice: advice(known, field) };
}

function theory(known: Known, field: Field): string[] {
  if (field.kind === 'deep-linear') return deepLinear(known, field);
  const { stable } = known.predicted;
  const [best] = stable;
  if (best === undefined) return [survival(known, field), 'Theory names no stable equilibrium of this flow.'];
  return [survival(known, field), fullest(known, best), ...others(stable)];
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
  const scale = 'scale' in field.target ? field.target.scale : 1;
  return `|s| ≥ ${significant((2 * Math.sqrt(field.lambda / field.isotropic)) / scale)}`;
}

/** Amplitudes beyond this are left to the tables. */
const MOST_LEVELS = 6;

function fullest({ flow }: Known, { modes, amplitudes, energy, predictorTrace }: EquilibriumFacts): string {
  if (modes.length === 0) return 'So every start collapses: nothing is the only stable equilibrium.';
  const word = amplitudes.length === 1 ? 'amplitude' : 'amplitudes';
  const levels = amplitudes.length > MOST_LEVELS ? '' : ` at ${word} ${list(amplitudes, significant)}`;
  return `With k = ${flow.k} the fullest stable equilibrium holds ${modesName(modes)}${levels}; its ${energyName(flow)} is ${significant(energy)} and Tr P ${significant(predictorTrace)}.`;
}

/** The energy where it never rises, else the loss that the flow follows. */
export function energyName({ lyapunov }: DynamicsSummary['flow']): string {
  return lyapunov ? 'energy' : 'loss';
}

const MOST_NAMED = 4;

function others([best, ...rest]: readonly EquilibriumFacts[]): string[] {
  if (best === undefined || best.modes.length === 0) return [];
  if (rest.length === 0) return ['No other equilibrium is stable: almost every start must end there.'];
  const names = rest
    .slice(0, MOST_NAMED)
    .map(({ modes }) => (modes.length === 0 ? 'nothing (collapse)' : modesName(modes)));
  const more = rest.length > MOST_NAMED ? ` and ${rest.length - MOST_NAMED} more` : '';
  return [`Stable too, so that starts may end there: ${names.join('; ')}${more}.`];
}

function observed(known: Known): string[] {
  return [ends(known), ...collapse(known), ...agreement(known)];
}

function ends({ starts, basins, outcomes }: Known): string {
  const [first] = basins;
  if (first !== undefined && first.count === starts.length)
    return `${first.count === 1 ? 'The start' : `All ${first.count} starts`} ended at ${modesName(first.modes)}.`;
  const ended = basins.map(({ count, modes }) => `${count} at ${modesName(modes)}`);
  const moving = outcomes.unsettled > 0 ? [`${outcomes.unsettled} not at rest`] : [];
  return `Of ${counted(starts.length, 'start')} ended: ${[...ended, ...moving].join('; ')}.`;
}

function collapse({ outcomes, predicted }: Known): string[] {
  const { collapsed, partial } = outcomes;
  if (predicted.stable[0]?.modes.length === 0) return [];
  if (collapsed + partial === 0) return outcomes.full > 0 ? ['None collapsed.'] : [];
  const parts = [
    ...(collapsed > 0 ? [`${collapsed} collapsed to nothing`] : []),
    ...(partial > 0 ? [`${partial} collapsed partially, to fewer modes than could be held`] : []),
  ];
  return [`${parts.join(', and ')}.`];
}

function agreement({ agreement: { agree, disagree, undecided }, basins, outcomes }: Known): string[] {
  const open = undecided - outcomes.unsettled;
  const contradicted = basins.filter(({ verdict, jacobian }) => jacobian !== null && jacobian.verdict !== verdict);
  return [
    ...(disagree > 0
      ? [
          `Theory and observation disagree: ${counted(disagree, 'start')} came to rest where theory knows no stable equilibrium.`,
        ]
      : []),
    ...(disagree === 0 && agree > 0
      ? [
          `Theory and observation agree: ${agree === outcomes.full + outcomes.partial + outcomes.collapsed ? 'every start' : `every start that theory decides (${agree})`} ended at a stable equilibrium.`,
        ]
      : []),
    ...(open > 0
      ? [`Of ${counted(open, 'start')} theory does not decide: modes of equal correlation, or a double root.`]
      : []),
    ...contradicted.map(
      ({ modes, verdict, jacobian }) =>
        `At ${modesName(modes)} the Jacobian says ${jacobian?.verdict}, theory ${verdict}.`,
    ),
  ];
}

function advice(known: Known, field: Field): string[] {
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
  return [`To lose fewer starts to collapse take a smaller λ (--lambda), larger starts (--scale)${elsewhere}.`];
}

/** The λ at which the next mode survives. */
function unusedDirections({ flow, predicted, correlations, levels }: Known, field: Field): string[] {
  const { admissible } = predicted;
  if (admissible >= flow.k || field.kind === 'deep-linear') return [];
  const next = levels.indexOf(null);
  const s = correlations[next];
  if (s === undefined) return [];
  const limit = lambdaFor(field, s);
  const words = `Only ${admissible} of ${counted(flow.k, 'direction')} can be used`;
  if (limit === null) return [`${words}; a smaller λ admits more.`];
  return [`${words}: ${modeName(next)}, with s = ${significant(s)}, needs λ ${limit}.`];
}

function lambdaFor(field: Field, s: number): string | null {
  if (s <= 0) return null;
  if (field.kind === 'simsiam') return `below ${significant(s ** 2 / 4)}`;
  if (field.kind === 'peira') return `below ${significant(Math.sqrt(s))}`;
  return null;
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
  return [`${counted(count, 'start')} did not come to rest. Of the first: ${first?.words ?? ''}`];
}
