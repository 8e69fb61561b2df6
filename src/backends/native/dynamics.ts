import { EigenviewError } from '../../errors.js';
import { Matrix } from '../../matrix/matrix.js';
import { loadAddon, type NativeFunction } from '../../runtime/addon.js';
import { lane } from '../../runtime/lane.js';
import {
  type DynamicsBackend,
  type Evaluation,
  type Field,
  type Gram,
  gramShape,
  type Integration,
  type RawTrajectory,
  type StopReason,
  stateColumns,
} from '../dynamics.js';
import type { Control } from '../linalg.js';
import { cancellable } from './cancel.js';
import { blame, facts, translate } from './failure.js';

interface RawEvaluation {
  velocity: Float64Array;
  predictor: Float64Array;
  energy: number;
  trace: number;
}

/** Trajectories of one job: their results cost the event loop about a millisecond. */
const PIECE = 256;

/** Numbers of states that one call may save: 1 GiB of them. */
const ROOM = 2 ** 27;

/** Beyond so many multiply-adds, some milliseconds, a Jacobian takes all threads if it is alone; the bits do not change. */
const LARGE = 1e7;

/** In the order of native/core/dynamics/integrate.h. */
const REASONS: readonly StopReason[] = ['steady', 'tMax', 'maxSteps', 'diverged', 'aborted'];
const STEPPING: readonly Integration['method'][] = ['auto', 'explicit', 'implicit'];

export const dynamics: DynamicsBackend = {
  evaluate(field, state) {
    const run = loadAddon().evaluateField as NativeFunction;
    try {
      return readEvaluation(field, run(describe(field), state.data) as RawEvaluation);
    } catch (error) {
      throw translate('evaluate', error, undefined);
    }
  },

  jacobian(field, state) {
    const run = loadAddon().fieldJacobian as NativeFunction;
    try {
      return readJacobian(run(1, describe(field), state.data, undefined) as Float64Array);
    } catch (error) {
      throw translate('jacobian', error, undefined);
    }
  },

  async jacobianAsync({ signal }, field, state) {
    signal?.throwIfAborted();
    const site = new Error();
    const args = [snapshot(describe(field)), copied(state.data)];
    const job = (granted: number) =>
      cancellable(signal, (cancelled) => {
        const run = loadAddon().fieldJacobianAsync as NativeFunction;
        return run(granted, ...args, cancelled) as Promise<Float64Array>;
      });
    try {
      const raw = await lane.run(jacobianCost(field) > LARGE ? 'all-if-idle' : 'one', job, signal);
      signal?.throwIfAborted();
      return readJacobian(raw);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw blame(site, translate('jacobian', error, signal));
    }
  },

  async integrate(control, field, starts, integration) {
    const site = new Error();
    // All that the jobs read is copied before the first of them starts.
    const described = snapshot(describe(field));
    const states = starts.map((start) => copied(start.data));
    const how = describeIntegration(integration);
    const all: RawTrajectory[] = [];
    let room = ROOM;
    if (numbersSaved(integration.save, starts) > room) throw tooMuch();
    try {
      for (let from = 0; from < starts.length; from += PIECE) {
        const piece = states.slice(from, from + PIECE);
        const raw = await integratePiece(control, [described, concatenate(piece), piece.length, { ...how, room }]);
        for (const trajectory of raw) {
          all.push({ ...trajectory, reason: REASONS[trajectory.reason] as StopReason });
          room -= trajectory.states.length;
        }
      }
      return all;
    } catch (error) {
      throw blame(site, facts(error).code === 'TOO_LARGE' ? tooMuch() : translate('integrate', error, undefined));
    }
  },
};

type Answer = Omit<RawTrajectory, 'reason'> & { reason: number };

/** Aborted, its trajectories end as they are; those that have not started are at their starts. */
async function integratePiece({ signal }: Control, args: unknown[]): Promise<Answer[]> {
  const run = loadAddon().integrateFieldAsync as NativeFunction;
  const start = (granted: number, cancelled: Int32Array) => run(granted, ...args, cancelled) as Promise<Answer[]>;
  const abandoned = () => lane.run('one', (granted) => start(granted, Int32Array.of(1)));
  if (signal?.aborted) return abandoned();
  let started = false;
  const job = (granted: number) => {
    started = true;
    return cancellable(signal, (cancelled) => start(granted, cancelled));
  };
  try {
    return await lane.run('all', job, signal);
  } catch (error) {
    if (signal?.aborted && !started) return abandoned();
    throw error;
  }
}

/** As far as can be told beforehand; steps are counted as they come. */
function numbersSaved(save: Integration['save'], starts: readonly Matrix[]): number {
  if (save === 'steps') return 0;
  const times = save === 'ends' ? 2 : save.length;
  return starts.reduce((sum, start) => sum + times * start.data.length, 0);
}

function tooMuch(): EigenviewError {
  return new EigenviewError('TOO_LARGE', 'The saved states do not fit in memory.', {
    argument: 'saveAt',
    expected: `times, states and starts of at most ${ROOM} numbers together`,
    fix: 'Give fewer times in saveAt, or integrate fewer starts at once.',
  });
}

/** A field as native/binding/dynamics.cpp reads it. */
interface Described {
  kind: Field['kind'];
  k: number;
  rows: number;
  cols: number;
  first: Matrix['data'];
  second?: Matrix['data'];
  [parameter: string]: unknown;
}

function describe(field: Field): Described {
  const { kind, k } = field;
  switch (kind) {
    case 'simsiam': {
      const { gram, predictorRidge, encoderRidge } = field;
      return { kind, k, ...gramShape(gram), first: numbersOf(gram), predictorRidge, encoderRidge };
    }
    case 'peira': {
      const { gram, lambda, encoders } = field;
      return { kind, k, ...gramShape(gram), first: numbersOf(gram), lambda, shared: encoders === 'shared' };
    }
    case 'linear-simsiam': {
      const { xx, xy, isotropic, lambda, target } = field;
      const learned = field.predictor === 'learned';
      const [rate, scale] = 'rate' in target ? [target.rate, 1] : [undefined, target.scale];
      const shape = { rows: xx.rows, cols: xx.cols, first: xx.data, second: xy.data };
      return { kind, k, ...shape, isotropic, lambda, learned, rate, scale };
    }
    case 'deep-linear': {
      const { rho, kappa, depth, objective } = field;
      const latent = objective === 'latent-prediction';
      return { kind, k, rows: 1, cols: rho.length, first: rho, second: kappa, depth, latent };
    }
  }
}

/** Of n columns, each the derivative of products of k rows with k rows, and with a matrix that is not diagonal. */
function jacobianCost(field: Field): number {
  const columns = stateColumns(field);
  const { first, cols } = describe(field);
  return (field.k * columns) ** 2 * (field.k + (first.length > cols ? cols : 0));
}

const numbersOf = (gram: Gram) => (gram instanceof Float64Array ? gram : gram.data);

function snapshot(described: Described): Described {
  const { first, second } = described;
  return { ...described, first: copied(first), ...(second === undefined ? {} : { second: copied(second) }) };
}

/** One that has been transferred away is left to the addon, which tells. */
const copied = (data: Matrix['data']) => (data.buffer.byteLength === 0 ? data : data.slice());

function describeIntegration({ method, save, ...numbers }: Integration): Record<string, unknown> {
  const stepping = STEPPING.indexOf(method);
  if (save instanceof Float64Array) return { ...numbers, stepping, save: 2, times: save.slice() };
  return { ...numbers, stepping, save: save === 'steps' ? 0 : 1 };
}

function readEvaluation(field: Field, { velocity, predictor, energy, trace }: RawEvaluation): Evaluation {
  const rows = field.kind === 'deep-linear' ? 1 : field.k;
  return {
    velocity: new Matrix(field.k, stateColumns(field), velocity),
    energy,
    predictor: new Matrix(rows, predictor.length / rows, predictor),
    predictorTrace: trace,
  };
}

function readJacobian(raw: Float64Array): Matrix {
  const n = Math.round(Math.sqrt(raw.length));
  return new Matrix(n, n, raw);
}

function concatenate(parts: readonly Matrix['data'][]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
