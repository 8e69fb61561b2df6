/** What was observed, in sentences, and whether it is what theory predicts. */
import type { Field } from '../backends/dynamics.js';
import { modesName } from './dynamics-names.js';
import { REACHED } from './dynamics-predict.js';
import type { ObservedBasin } from './dynamics-run.js';
import { energyName, type Known, lambdaOf, MOST_NAMED } from './dynamics-terms.js';
import { counted, significant } from './numbers.js';

export function observed(known: Known, field: Field): string[] {
  return [
    ends(known),
    ...collapse(known),
    ...above(known),
    ...agreement(known),
    ...jacobians(known, field),
    ...precision(known, field),
  ];
}

function ends({ starts, basins, outcomes, ties }: Known): string {
  const [first] = basins;
  const all = starts.length === 1 ? 'The start' : `All ${starts.length} starts`;
  if (first !== undefined && first.count === starts.length)
    return first.modes.length === 0
      ? `${all} collapsed to nothing.`
      : `${all} ended at ${modesName(first.modes, ties)}.`;
  if (basins.length === 0)
    return starts.length === 1 ? 'The start did not come to rest.' : `None of ${starts.length} starts came to rest.`;
  const ended = basins.map(({ count, modes }) => `${count} at ${modesName(modes, ties)}`);
  const moving = outcomes.unsettled > 0 ? [`${outcomes.unsettled} not at rest`] : [];
  return `Of ${counted(starts.length, 'start')} ended: ${[...ended, ...moving].join('; ')}.`;
}

function collapse({ outcomes, predicted, starts }: Known): string[] {
  const { collapsed, partial } = outcomes;
  if (predicted.stable[0]?.modes.length === 0)
    return collapsed === starts.length ? ['At this λ nothing else could be.'] : [];
  if (collapsed + partial === 0) return outcomes.full > 0 ? ['None collapsed.'] : [];
  const parts = [
    ...(collapsed > 0 ? [`${collapsed} collapsed to nothing`] : []),
    ...(partial > 0 ? [`${partial} collapsed partially, to fewer modes than could be held`] : []),
  ];
  return [`${parts.join(', and ')}.`];
}

/** As many modes as can be held, but not the best ones. */
function above({ flow, lowest, basins, outcomes, ties }: Known): string[] {
  if (lowest === null || outcomes.full === 0) return [];
  const most = Math.max(...basins.map(({ modes }) => modes.length));
  const higher = basins.filter(
    ({ modes, energy, attracts }) =>
      attracts && modes.length === most && energy - lowest.energy > 1e-9 * Math.abs(lowest.energy),
  );
  const count = higher.reduce((sum, basin) => sum + basin.count, 0);
  if (count === 0 || most === 0 || outcomes.full < count) return [];
  const where = higher
    .slice(0, MOST_NAMED)
    .map(({ modes, energy }) => `${modesName(modes, ties)} by ${significant(energy - lowest.energy)}`);
  const more = higher.length > MOST_NAMED ? ` and ${higher.length - MOST_NAMED} more` : '';
  return [
    `Full is not always best: the least ${energyName(flow)}, ${significant(lowest.energy)}, is that of ${modesName(lowest.modes, ties)}, where ${counted(lowest.starts, 'start')} ended; ${count} ended at as many modes as can be held, but higher: ${where.join('; ')}${more}.`,
  ];
}

function agreement({ agreement: { agree, disagree, undecided }, basins, outcomes, flow, ties }: Known): string[] {
  const open = undecided - outcomes.unsettled;
  const unstable = basins.filter(({ verdict }) => verdict === 'unstable');
  return [
    ...(disagree > 0 ? [disagreement(disagree, unstable, ties)] : []),
    ...(disagree === 0 && agree > 0
      ? [
          `Theory and observation agree: ${agree === outcomes.full + outcomes.partial + outcomes.collapsed ? 'every start' : `every start that theory decides (${agree})`}${outcomes.unsettled > 0 ? ' that came to rest' : ''} ended at a stable equilibrium.`,
        ]
      : []),
    ...(open > 0
      ? [
          `Of ${counted(open, 'start')} theory does not decide: ${flow.kind === 'peira' ? 'a mode is at its threshold' : 'a double root'}.`,
        ]
      : []),
  ];
}

function disagreement(count: number, unstable: readonly ObservedBasin[], ties: Known['ties']): string {
  const inAll = unstable.reduce((sum, basin) => sum + basin.count, 0);
  if (inAll < count)
    return `Theory and observation disagree: ${counted(count, 'start')} came to rest where theory knows no stable equilibrium.`;
  const where = unstable.slice(0, MOST_NAMED).map(({ modes }) => modesName(modes, ties));
  return `Theory and observation disagree: ${counted(count, 'start')} came to rest at an equilibrium that theory calls unstable (${where.join('; ')}). What would grow there may have decayed below the smallest numbers on the way.`;
}

/** A λ below this share of the natural rate makes relaxations that the Jacobian's tolerance takes for neutral. */
const SLOWEST = 1e-6;

function jacobians({ basins, flow, ties }: Known, field: Field): string[] {
  const slow = lambdaOf(field) < SLOWEST * flow.rate;
  return basins
    .filter(({ verdict, jacobian }) => jacobian !== null && jacobian.verdict !== verdict)
    .map(({ modes, verdict, jacobian }) =>
      slow && jacobian?.verdict === 'degenerate'
        ? `At ${modesName(modes, ties)} the Jacobian shows nothing that grows; what relaxes there as slowly as λ it cannot tell from rest.`
        : `At ${modesName(modes, ties)} the Jacobian says ${jacobian?.verdict}, theory ${verdict}.`,
    );
}

/** What double precision leaves open. */
function precision({ resolution: { distance, unresolved }, starts, flow, ties }: Known, field: Field): string[] {
  const stuck = starts.filter(({ outcome, reason }) => outcome === 'unsettled' && reason === 'steady').length;
  return [
    ...(unresolved.length > 0
      ? [
          `The limits of ${modesName(unresolved, ties)} are less than a thousandth of the largest: their last approach is not resolved, and not judged. Follow them by themselves (--rho, --kappa).`,
        ]
      : []),
    ...(distance > REACHED && field.kind !== 'deep-linear'
      ? [
          `λ = ${significant(lambdaOf(field))} is so far below the natural rate ${significant(flow.rate)} that double precision tells equilibria to some eps · rate / λ = ${significant((Number.EPSILON * flow.rate) / lambdaOf(field))} only${stuck > 0 ? `: of ${counted(stuck, 'start')} it cannot tell the end` : ''}.`,
        ]
      : []),
  ];
}
