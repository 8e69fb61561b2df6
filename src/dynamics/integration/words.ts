import type { RawTrajectory } from '../../backends/dynamics.js';
import type { Plan } from './plan.js';

/**
 * What the end of an integration means, and what to do about it.
 *
 * @param size ‖state‖ at the end
 * @param unstable the state rests at an equilibrium that theory calls unstable
 */
export function wordsOf(raw: RawTrajectory, { maxSteps, method }: Plan, size: number, unstable: boolean): string {
  const when = `t = ${short(raw.time)}`;
  const speed = short(raw.speed);
  switch (raw.reason) {
    case 'steady':
      return `Steady at ${when}: the speed has fallen to ${speed}.${unstable ? UNSTABLE : ''}`;
    case 'tMax':
      return `Ended at tMax, ${when}, not steady yet: the speed is ${speed}. A larger tMax goes on.`;
    case 'maxSteps': {
      const advice = method === 'explicit' ? ", or method 'auto', which takes longer ones where the flow is stiff" : '';
      return `Gave up after ${maxSteps} steps, at ${when} with speed ${speed}. Allow more by maxSteps${advice}.`;
    }
    case 'diverged':
      return `Left double precision after ${when}, at a state of norm ${short(size)}. Start at a smaller scale.`;
    case 'aborted':
      return `Aborted at ${when}, where the speed was ${speed}.`;
  }
}

const UNSTABLE =
  ' That equilibrium is unstable: what would grow there is absent from the state, or was lost in rounding. Add a small random state to final and integrate on to leave it.';

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
