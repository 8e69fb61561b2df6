/** Numbers that change along training: a function of the step, counted from 0. */
import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber, checkOptions } from '../matrix/check.js';
import { callCustom } from './call-custom.js';

/** The value for a step, which counts from 0. */
export type Schedule = (step: number) => number;

/** One number throughout, or a schedule. */
export type Rate = number | Schedule;

export interface ScheduleOptions {
  /** The value that it starts from, after the warm-up. */
  start: number;
  /** The value from step `steps` on. */
  end: number;
  /** Steps until the end, those of the warm-up among them. */
  steps: number;
  /** Steps of linear growth from 0 to `start`, fewer than `steps`; default 0. */
  warmup?: number;
}

/**
 * Half a period of a cosine, end + (start − end) · ½ (1 + cos πt), t the share of the steps after the warm-up that are
 * done (Loshchilov, Hutter, "SGDR", ICLR 2017, arXiv 1608.03983, equation 5, without restarts). With start 0.996 and
 * end 1 it is the momentum of BYOL's target.
 *
 * @throws EigenviewError `UNKNOWN_OPTION`, `OUT_OF_RANGE`, `INVALID_ARGUMENT`; the schedule itself for a step that is
 * no whole number from 0 on
 * @example
 * ```ts
 * const momentum = cosineSchedule({ start: 0.996, end: 1, steps: 1000 });
 * console.log(momentum(0), momentum(500), momentum(1000)); // 0.996 0.998 1
 * ```
 */
export function cosineSchedule(options: ScheduleOptions): Schedule {
  return schedule('cosineSchedule', options, (done) => (1 + Math.cos(Math.PI * done)) / 2);
}

/**
 * A straight line from `start` to `end`, after a warm-up if there is one.
 *
 * @throws EigenviewError as {@link cosineSchedule}
 * @example
 * ```ts
 * const rate = linearSchedule({ start: 1, end: 0, steps: 10, warmup: 2 });
 * console.log(rate(0), rate(1), rate(2), rate(6), rate(99)); // 0 0.5 1 0.5 0
 * ```
 */
export function linearSchedule(options: ScheduleOptions): Schedule {
  return schedule('linearSchedule', options, (done) => 1 - done);
}

/** @param left the share of start − end that is left when a share of the way is done */
function schedule(where: string, options: ScheduleOptions, left: (done: number) => number): Schedule {
  checkOptions(where, options, ['start', 'end', 'steps', 'warmup']);
  const { start, end, steps, warmup = 0 } = options ?? {};
  checkNumber('start', start);
  checkNumber('end', end);
  checkInteger('steps', steps, { min: 1 });
  checkInteger('warmup', warmup, { min: 0, max: steps - 1 });
  return (step) => {
    checkInteger('step', step, { min: 0 });
    if (step < warmup) return (start * step) / warmup;
    // Both ends without rounding.
    if (step >= steps) return end;
    const share = left((step - warmup) / (steps - warmup));
    return share * start + (1 - share) * end;
  };
}

export function checkRate(argument: string, rate: unknown, range: { min: number; max?: number }): asserts rate is Rate {
  if (typeof rate === 'function') return;
  if (typeof rate === 'number') return checkNumber(argument, rate, range);
  throw new EigenviewError('INVALID_ARGUMENT', `${argument} is a number or a schedule.`, {
    argument,
    expected: 'a number, or a function of the step',
    received: describe(rate),
  });
}

/** A rate's value at a step; a schedule may be the caller's, so that its answer is checked too. @throws EigenviewError `CUSTOM_FAILED`, … */
export function rateAt(argument: string, rate: Rate, step: number, range: { min: number; max?: number }): number {
  if (typeof rate === 'number') return rate;
  const value = callCustom(argument, 'wrapped', () => rate(step));
  checkNumber(`${argument}(${step})`, value, range);
  return value;
}
