/** What an integration is asked to do, from the caller's options. */
import type { Integration } from '../../backends/dynamics.js';
import { describe, EigenviewError } from '../../errors.js';
import { checkInteger, checkNumber, checkOneOf } from '../../matrix/check.js';
import type { IntegrateOptions } from '../flow.js';
import type { Layout } from '../flows/layout.js';
import { readNumbers } from '../read-numbers.js';

export const INTEGRATE_OPTIONS = ['tMax', 'minTime', 'rtol', 'atol', 'saveAt', 'maxSteps', 'method'];

/** Beyond, the factorisation of an n×n matrix in every step costs more than the implicit method saves. */
const LARGEST_IMPLICIT = 1024;

/** A speed this far below the natural one is that of an equilibrium; a polish then takes it to rounding. */
const STEADY = 1e-9;

/** The same where the state is too large for a polish. */
const STEADY_UNPOLISHED = 1e-10;

/** A speed no larger is rounding, as a share of the natural one. */
const ROUNDING = 16 * Number.EPSILON;

/** Explicit steps at the edge of stability leave errors of a step's tolerance, which must lie well below steadiness. */
const BELOW_STEADY = 0.1;

/** The smallest error of a step that its estimate tells from rounding. */
const STRICTEST = 1e-14;

/** What does not depend on the flow's natural units. */
export type Plan = Omit<Integration, keyof NaturalUnits | 'descends' | 'minTime'> & {
  minTime: number | undefined;
  /** No implicit step and no polish takes errors away. */
  explicitToTheEnd: boolean;
};

export type NaturalUnits = Pick<Integration, 'rate' | 'amplitude' | 'relaxation'>;

export function readPlan(options: IntegrateOptions = {}, layout: Layout, saveByDefault: 'steps' | 'ends'): Plan {
  const { tMax = Number.POSITIVE_INFINITY, minTime, rtol = 1e-8, atol = 1e-10 } = options;
  const n = layout.k * layout.columns;
  const { maxSteps = 100_000, method = 'auto' } = options;
  if (tMax !== Number.POSITIVE_INFINITY) checkNumber('tMax', tMax, { min: 0 });
  if (minTime !== undefined) checkNumber('minTime', minTime, { min: 0 });
  checkNumber('rtol', rtol, { min: STRICTEST, max: 0.1 });
  checkNumber('atol', atol, { min: 0, above: true });
  checkInteger('maxSteps', maxSteps, { min: 1, max: 2 ** 31 - 1 });
  checkOneOf('method', method, ['auto', 'explicit', 'implicit']);
  checkMethod(method, n);
  const save = options.saveAt === undefined ? saveByDefault : readTimes(options.saveAt, tMax);
  const steadyTolerance = n > LARGEST_IMPLICIT ? STEADY_UNPOLISHED : STEADY;
  const explicitToTheEnd = tMax === Number.POSITIVE_INFINITY && (method === 'explicit' || n > LARGEST_IMPLICIT);
  return { tMax, minTime, rtol, atol, steadyTolerance, maxSteps, method, save, explicitToTheEnd };
}

/** What the backend is asked, once the natural units are known. */
export function integrationOf(
  { explicitToTheEnd, ...plan }: Plan,
  { rate, amplitude, relaxation }: NaturalUnits,
  descends: boolean,
): Integration {
  const steady = Math.max((plan.steadyTolerance * relaxation) / rate, ROUNDING);
  const most = explicitToTheEnd ? Math.max(STRICTEST, BELOW_STEADY * steady) : Number.POSITIVE_INFINITY;
  return {
    ...plan,
    minTime: plan.minTime ?? 1 / rate,
    rtol: Math.min(plan.rtol, most),
    atol: Math.min(plan.atol, most),
    rate,
    amplitude,
    relaxation,
    descends,
  };
}

function checkMethod(method: string, n: number): void {
  if (method !== 'implicit' || n <= LARGEST_IMPLICIT) return;
  throw new EigenviewError('TOO_LARGE', 'The implicit method factorises an n×n matrix in every step.', {
    argument: 'method',
    expected: `'auto' or 'explicit' for a state of more than ${LARGEST_IMPLICIT} numbers`,
    received: `'implicit' for ${n}`,
  });
}

function readTimes(saveAt: unknown, tMax: number): Float64Array {
  const times = readNumbers('saveAt', saveAt);
  const last = times.at(-1);
  if (last === undefined) {
    throw new EigenviewError('EMPTY', 'saveAt has no times.', { argument: 'saveAt', fix: 'Leave it out.' });
  }
  for (let i = 0; i < times.length; i++) {
    const [before, time] = [i === 0 ? Number.NEGATIVE_INFINITY : (times[i - 1] as number), times[i] as number];
    if (time < 0 || time <= before) {
      throw new EigenviewError('OUT_OF_RANGE', 'States are saved at ascending times from 0 on.', {
        argument: `saveAt[${i}]`,
        expected: i === 0 ? 'at least 0' : `above ${before}`,
        received: describe(time),
      });
    }
  }
  if (tMax < last) {
    throw new EigenviewError('OUT_OF_RANGE', 'The integration would end before the last time to save at.', {
      argument: 'tMax',
      expected: `at least ${last}`,
      received: String(tMax),
    });
  }
  return times;
}
