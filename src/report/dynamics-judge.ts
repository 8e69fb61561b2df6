/** How a start ended, beside what theory predicts. */
import type { Classification, Flow, Trajectory } from '../dynamics/flow.js';
import { type Prediction, REACHED } from './dynamics-predict.js';
import type { Outcome, StartOutcome } from './dynamics-run.js';
import { significant } from './numbers.js';

/** @param start from 1 */
export function judge(
  flow: Flow,
  start: number,
  trajectory: Trajectory,
  found: Classification,
  prediction: Prediction,
): StartOutcome {
  const { reason, time, speed, steps, final } = trajectory;
  const { equilibrium, amplitudes } = found;
  const rest = restOf(flow, trajectory, found, prediction);
  const decided = rest !== 'unsettled' && (equilibrium.attracts || equilibrium.verdict !== 'degenerate');
  return {
    start,
    outcome: rest === 'unsettled' ? rest : outcomeName(found, prediction),
    reason,
    words: rest === 'unsettled' && reason === 'steady' ? beyondPrecision(flow, trajectory, found) : trajectory.words,
    time,
    speed,
    steps: { ...steps },
    energy: flow.energy(final),
    predictorTrace: flow.predictorTrace(final),
    modes: equilibrium.modes.map(({ index }) => index),
    amplitudes: [...amplitudes],
    distance: found.distance,
    agrees: decided ? equilibrium.attracts && rest === 'reached' : null,
  };
}

/**
 * At rest at an equilibrium; at rest elsewhere, which theory does not know; or moving. A velocity below rounding is no rest
 * where λ is so small that the way to the equilibrium is slower still.
 */
function restOf(
  { amplitude, field }: Flow,
  { reason }: Trajectory,
  found: Classification,
  { resolution }: Prediction,
): 'reached' | 'elsewhere' | 'unsettled' {
  if (reason !== 'steady') return 'unsettled';
  if (field.kind === 'deep-linear' && lingering(found, resolution.unresolved).length > 0) return 'unsettled';
  const size = Math.max(amplitude, Math.hypot(...found.equilibrium.modes.map((mode) => mode.amplitude)));
  if (resolvedDistance(found, resolution.unresolved) <= resolution.distance * size) return 'reached';
  return resolution.distance > REACHED ? 'unsettled' : 'elsewhere';
}

/** Features of deep networks near 0, which they leave only algebraically, too slowly to be seen (docs/dynamics.md). */
function lingering({ amplitudes, equilibrium }: Classification, unresolved: readonly number[]): number[] {
  const picked = new Set(equilibrium.modes.map(({ index }) => index));
  return [...amplitudes.keys()].filter(
    (index) => !picked.has(index) && !unresolved.includes(index) && (amplitudes[index] as number) > 0,
  );
}

/** Without the features of deep networks that are not followed to their end. */
function resolvedDistance(
  { distance, amplitudes, equilibrium }: Classification,
  unresolved: readonly number[],
): number {
  if (unresolved.length === 0) return distance;
  const levels = new Map(equilibrium.modes.map(({ index, amplitude }) => [index, amplitude]));
  const errors = Array.from(amplitudes, (value, index) => value - (levels.get(index) ?? 0));
  return Math.hypot(...errors.filter((_, index) => !unresolved.includes(index)));
}

function beyondPrecision({ field }: Flow, { time, speed }: Trajectory, { distance }: Classification): string {
  const seen = `At t = ${significant(time)} its speed, ${significant(speed)}, is below what double precision resolves`;
  return field.kind === 'deep-linear'
    ? `${seen}: a feature near 0 is left only algebraically. Take larger starts (--scale), or less depth (--depth).`
    : `${seen}, and it is still ${significant(distance)} from the nearest equilibrium: amplitudes relax at about λ. Take a larger --lambda.`;
}

function outcomeName({ collapsed, equilibrium }: Classification, { predicted }: Prediction): Outcome {
  if (collapsed) return 'collapsed';
  const most = predicted.stable[0]?.modes.length ?? predicted.admissible;
  return equilibrium.modes.length < most ? 'partial' : 'full';
}
