/** The objectives that an encoder can be trained by: those of src/losses by name, or a function of the caller's. */
import type { CallOptions } from '../backends/select.js';
import { describe, EigenviewError } from '../errors.js';
import { type BarlowTwinsOptions, barlowTwins } from '../losses/barlow-twins.js';
import { byol } from '../losses/byol.js';
import { type LejepaOptions, lejepa } from '../losses/lejepa.js';
import { type PeiraOptions, peira } from '../losses/peira.js';
import { PeiraMoments } from '../losses/peira-moments.js';
import type { RecycleOptions } from '../losses/recycle.js';
import { type SimclrOptions, simclr } from '../losses/simclr.js';
import { simsiam } from '../losses/simsiam.js';
import { spectralContrastive } from '../losses/spectral-contrastive.js';
import { type VicregOptions, vicreg } from '../losses/vicreg.js';
import { type WhitenedMseOptions, whitenedMse } from '../losses/whitened-mse.js';
import { checkMatrix, checkNumber, checkOneOf, checkSameShape } from '../matrix/check.js';
import { Matrix } from '../matrix/matrix.js';
import { customFailed } from './call-custom.js';

/** An objective's value at two batches of embeddings, and its gradients by them. */
export interface ObjectiveValue {
  loss: number;
  /** Its terms by name, finite numbers, kept in the history. */
  parts?: Record<string, number>;
  /** By z1 and by z2, of their shapes. */
  gradients: readonly Matrix[];
}

/**
 * Any objective of two views' embeddings, B×k each, row i of both of one sample; `vicreg` and its like are such
 * functions.
 */
export type TwoViewObjective = (
  z1: Matrix,
  z2: Matrix,
  options?: CallOptions,
) => ObjectiveValue | Promise<ObjectiveValue>;

/** What only who calls an objective can give: a gradient that the trainer still reads has no memory to spare. */
type OfTheCall = keyof CallOptions | keyof RecycleOptions;

type Named<Name extends string, Options = unknown> = { name: Name } & Omit<Options, OfTheCall>;

/** An objective by name, with its options. */
export type NamedObjective =
  | Named<'vicreg', VicregOptions>
  | Named<'barlowTwins', BarlowTwinsOptions>
  | Named<'simclr', SimclrOptions>
  /** New random directions in every step, unless `directions` or a `seed` are given. */
  | Named<'lejepa', LejepaOptions>
  | Named<'spectralContrastive'>
  | Named<'whitenedMse', WhitenedMseOptions>
  /**
   * With a `rate` of running averages, above 0 and at most 1, the paper's algorithm; without one, each batch's own
   * moments.
   */
  | (Named<'peira', Omit<PeiraOptions, 'moments'>> & { rate?: number })
  | Named<'simsiam'>
  | Named<'byol'>;

export type ObjectiveName = NamedObjective['name'];

/** What is trained by: a name, a name with options, or a function. */
export type TrainingObjective = ObjectiveName | NamedObjective | TwoViewObjective;

/** The two views of a batch as the encoder and what follows it see them, B×k each. */
export interface Embeddings {
  /** What gradients are wanted by: predictions, or without a predictor embeddings. */
  p1: Matrix;
  p2: Matrix;
  /** What the other view is compared with. */
  z1: Matrix;
  z2: Matrix;
  /** Whether z are constants, because there is a predictor or a target encoder; else they are p. */
  constant: boolean;
}

/** What an evaluation is for. */
export interface Occasion {
  call: CallOptions;
  step: number;
  /** What the objective keeps between steps. */
  memory: readonly Matrix[];
}

export interface Evaluation {
  loss: number;
  parts: Record<string, number>;
  /** By p1 and p2. */
  gradients: readonly [Matrix, Matrix];
  memory: readonly Matrix[];
}

/** An objective as the trainer uses it. */
export interface Objective {
  /** What it is, as a value that JSON can hold. */
  readonly description: unknown;
  /** Whether without a predictor all embeddings become alike. */
  readonly needsPredictor: boolean;
  evaluate(embeddings: Embeddings, occasion: Occasion): Promise<Evaluation>;
}

type Evaluate = (z1: Matrix, z2: Matrix, call: CallOptions, step: number) => ReturnType<TwoViewObjective>;

type Options<Name extends ObjectiveName> = Omit<Extract<NamedObjective, { name: Name }>, 'name'>;

const OBJECTIVES: { [Name in ObjectiveName]: (options: Options<Name>) => Objective['evaluate'] } = {
  vicreg: (options) => ofTwoViews((z1, z2, call) => vicreg(z1, z2, { ...options, ...call })),
  barlowTwins: (options) => ofTwoViews((z1, z2, call) => barlowTwins(z1, z2, { ...options, ...call })),
  simclr: (options) => ofTwoViews((z1, z2, call) => simclr(z1, z2, { ...options, ...call })),
  lejepa: (options) =>
    ofTwoViews((z1, z2, call, step) => {
      const sketch = options.directions === undefined ? { seed: step } : {};
      return lejepa([z1, z2], { ...sketch, ...options, ...call });
    }),
  spectralContrastive: (options) => ofTwoViews((z1, z2, call) => spectralContrastive(z1, z2, { ...options, ...call })),
  whitenedMse: (options) => ofTwoViews((z1, z2, call) => whitenedMse(z1, z2, { ...options, ...call })),
  peira: ({ rate, ...options }) =>
    rate === undefined ? ofTwoViews((z1, z2, call) => peira(z1, z2, { ...options, ...call })) : averaged(rate, options),
  simsiam: () => ofPredictions(simsiam),
  byol: () => ofPredictions(byol),
};

export const OBJECTIVE_NAMES = Object.keys(OBJECTIVES) as ObjectiveName[];

/** @throws EigenviewError `INVALID_ARGUMENT`; of an objective's own options its first evaluation speaks */
export function readObjective(objective: unknown): Objective {
  if (typeof objective === 'function') {
    const evaluate = ofTwoViews(guarded(objective as TwoViewObjective));
    return { description: 'a function', needsPredictor: false, evaluate };
  }
  const named = typeof objective === 'string' ? { name: objective } : objective;
  if (typeof named !== 'object' || named === null || !('name' in named)) {
    throw new EigenviewError('INVALID_ARGUMENT', 'An objective is needed.', {
      argument: 'objective',
      expected: `one of ${OBJECTIVE_NAMES.join(', ')}, { name, …options } or a function of two batches`,
      received: describe(objective),
    });
  }
  const { name, ...options } = named as NamedObjective;
  checkOneOf('objective', name, OBJECTIVE_NAMES);
  if ('recycle' in options) {
    throw new EigenviewError('UNKNOWN_OPTION', 'The trainer keeps the memory of gradients itself.', {
      argument: 'objective.recycle',
      expected: 'absent',
      received: describe(options.recycle),
    });
  }
  const make = OBJECTIVES[name] as (options: object) => Objective['evaluate'];
  const needsPredictor = name === 'simsiam' || name === 'byol';
  return { description: { name, ...options }, needsPredictor, evaluate: make(options) };
}

/**
 * f(z1, z2). With constant targets the mean of f(p1, z2) and f(p2, z1), each differentiated by its first argument
 * alone.
 */
function ofTwoViews(evaluate: Evaluate): Objective['evaluate'] {
  return async ({ p1, p2, z1, z2, constant }, { call, step, memory }) => {
    if (!constant) {
      const { loss, parts = {}, gradients } = await evaluate(p1, p2, call, step);
      return { loss, parts, gradients: gradients as [Matrix, Matrix], memory };
    }
    const first = await evaluate(p1, z2, call, step);
    // At once: the second evaluation may recycle the memory of the first one's gradients.
    const byFirst = halved(first.gradients[0] as Matrix);
    const second = await evaluate(p2, z1, call, step);
    return {
      loss: (first.loss + second.loss) / 2,
      parts: meanParts(first.parts ?? {}, second.parts ?? {}),
      gradients: [byFirst, halved(second.gradients[0] as Matrix)],
      memory,
    };
  };
}

/** Of the terms that both have. */
function meanParts(first: Record<string, number>, second: Record<string, number>): Record<string, number> {
  const names = Object.keys(first).filter((name) => Object.hasOwn(second, name));
  return Object.fromEntries(names.map((name) => [name, ((first[name] as number) + (second[name] as number)) / 2]));
}

function halved({ rows, cols, data }: Matrix): Matrix {
  return new Matrix(
    rows,
    cols,
    data.map((x) => x / 2),
  );
}

/** SimSiam and BYOL hold their targets constant by themselves. */
function ofPredictions(evaluate: typeof simsiam | typeof byol): Objective['evaluate'] {
  return async ({ p1, p2, z1, z2 }, { call, memory }) => {
    const { loss, parts, gradients } = await evaluate({ p1, p2, z1, z2 }, call);
    return { loss, parts, gradients: gradients as [Matrix, Matrix], memory };
  };
}

/** Running averages first, from the first batch on, then the step on what they give. */
function averaged(rate: number, options: Omit<PeiraOptions, keyof CallOptions>): Objective['evaluate'] {
  checkNumber('rate', rate, { min: 0, above: true, max: 1 });
  return async ({ p1, p2, constant }, { call, memory: [cross, second] }) => {
    if (constant) {
      throw new EigenviewError('INVALID_ARGUMENT', 'PEIRA with running averages predicts by itself, both ways.', {
        argument: 'objective',
        expected: 'without a target encoder or a predictor',
      });
    }
    const moments =
      cross === undefined || second === undefined
        ? await PeiraMoments.of(p1, p2, call)
        : await new PeiraMoments({ cross, second }).update(p1, p2, rate, call);
    const { loss, parts, gradients } = await peira(p1, p2, { ...options, ...call, moments });
    return { loss, parts, gradients: gradients as [Matrix, Matrix], memory: [moments.cross, moments.second] };
  };
}

/**
 * A function of the caller's: what it throws is its own, what it answers is checked. Non-finite numbers are for the
 * trainer, but for terms at the first batch, whose loss is finite.
 */
function guarded(objective: TwoViewObjective): Evaluate {
  return async (z1, z2, call, step) => {
    let value: ObjectiveValue;
    try {
      value = await objective(z1, z2, call);
    } catch (cause) {
      if (cause instanceof EigenviewError || call.signal?.aborted) throw cause;
      throw customFailed('objective', cause);
    }
    const parts = checkValue(value, z1);
    if (step === 0 && Number.isFinite(value.loss)) checkFiniteParts(parts);
    return { ...value, parts };
  };
}

/** @returns the terms, nobody else's */
function checkValue(value: unknown, { rows, cols }: Matrix): Record<string, number> {
  const { loss, parts, gradients } = (value ?? {}) as Partial<ObjectiveValue>;
  if (typeof loss !== 'number' || !Array.isArray(gradients) || gradients.length < 2) {
    throw invalid('a function that returns { loss, gradients: [by z1, by z2] }', value);
  }
  for (const [i, gradient] of gradients.slice(0, 2).entries()) {
    checkMatrix(`gradients[${i}] of the objective`, gradient);
    checkSameShape(`gradients[${i}] of the objective`, gradient, rows, cols);
  }
  if (parts === undefined) return {};
  const isRecord = Object.prototype.toString.call(parts) === '[object Object]';
  if (!isRecord) throw invalid('a function whose parts are an object of numbers', parts);
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== 'number') throw invalid(`a function whose part '${name}' is a number`, part);
  }
  return { ...parts };
}

function checkFiniteParts(parts: Record<string, number>): void {
  for (const [name, part] of Object.entries(parts)) {
    if (!Number.isFinite(part)) throw invalid(`a function whose part '${name}' is finite`, part);
  }
}

function invalid(expected: string, value: unknown): EigenviewError {
  return new EigenviewError('INVALID_ARGUMENT', 'The objective does not answer as one.', {
    argument: 'objective',
    expected,
    received: describe(value),
  });
}

/** What of an evaluation is not finite, in words; undefined where all is. */
export function notFinitePart({ loss, parts, gradients }: Evaluation): string | undefined {
  if (!Number.isFinite(loss)) return 'The loss';
  const part = Object.keys(parts).find((name) => !Number.isFinite(parts[name]));
  if (part !== undefined) return `The loss's part '${part}'`;
  return gradients.every(({ data }) => data.every(Number.isFinite)) ? undefined : "The loss's gradient";
}
