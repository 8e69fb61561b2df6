import type { RawTrajectory } from '../../backends/dynamics.js';
import type { Plan } from './plan.js';

/** What the end of an integration means, and what to do about it. */
export function wordsOf(raw: RawTrajectory, { maxSteps, method }: Plan, size: number): string {
  const when = `t = ${short(raw.time)}`;
  const speed = short(raw.speed);
  switch (raw.reason) {
    case 'steady':
      return `Steady at ${when}: the velocity has vanished to rounding (${speed}).`;
    case 'tMax':
      return `Ended at tMax, ${when}, not steady yet: the speed is ${speed}. A larger tMax goes on.`;
    case 'maxSteps': {
      const advice = method === 'explicit' ? "a looser rtol, or method 'auto'" : 'or a looser rtol';
      return `Gave up after ${maxSteps} steps, at ${when} with speed ${speed}. Allow more by maxSteps, ${advice}.`;
    }
    case 'diverged':
      return `Left double precision after ${when}, at a state of norm ${short(size)}. Start at a smaller scale.`;
    case 'aborted':
      return `Aborted at ${when}, where the speed was ${speed}.`;
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
