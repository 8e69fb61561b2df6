/** The configuration of a study: its keys, what each allows, and what is said about one that is refused. */
import type * as zod from 'zod';
import { BACKENDS, type BackendName } from '../backends/select.js';
import { describe, EigenviewError, type ErrorCode, type ErrorDetails } from '../errors.js';
import { checkBoolean, checkInteger, checkOneOf, checkOptions } from '../matrix/check.js';
import { checkPath } from '../store/files.js';
import { type Fault, faultsOf, isDistinct, refusal } from './faults.js';
import { GRID, MAX_SEED, MAX_SEEDS, resolveGrid } from './grid.js';
import { ALPHAS, NOISE_DIMS, NOISES, PROBLEMS, type Problem, SEEDS, SIGNAL_DIMS, THETAS } from './protocol.js';

/** One value or a list of distinct ones in any order. */
export type OneOrMore<T> = T | readonly T[];

/** What a study is asked to do; see {@link parseStudyConfig}. Its JSON Schema is docs/study-config.schema.json. */
export interface StudyConfig {
  /** Folder or file with the data. */
  data?: string | undefined;
  /** A data set that comes with the package. Default where there are no data. */
  dataset?: 'built-in' | undefined;
  /** Where the labels of the data are: a column of the data, by name or by index from 0, or a file of their own. */
  labels?: string | number | undefined;
  /** What the labels are: classes, or values to regress on. Default auto: what the labels look like. */
  target?: 'auto' | 'classes' | 'values' | undefined;
  /** Whether to turn colour images grey. Default false. */
  grayscale?: boolean | undefined;
  /** Principal components kept as the signal; all takes the data as they are. Default 50. */
  signalDims?: number | 'all' | undefined;
  /** Noise coordinates appended to the signal. Default 50. */
  noiseDims?: number | undefined;
  /** Sample sizes. Default 100, 200, 400 … 51200, as many as the data have rows for. */
  n?: OneOrMore<number> | undefined;
  /** Alignments: the augmentation is Σ = Θ + α²Γ. Default 0.1, 1, 10. */
  alpha?: OneOrMore<number> | undefined;
  /** Noise levels: Γ's eigenvalues are uniform on [0, noise] on the noise coordinates. Default 1e3, 1e6. */
  noise?: OneOrMore<number> | undefined;
  /** Theta levels: Θ's eigenvalues are uniform on [0, theta] on all coordinates. Default 1e4. */
  theta?: OneOrMore<number> | undefined;
  /** Dimensions of the encoders, each at most signalDims. Default signalDims. */
  k?: OneOrMore<number> | undefined;
  /** Repetitions, each with its own sample, Θ and Γ: a list of seeds, or a count c for 0 … c − 1. Default 3. */
  seeds?: OneOrMore<number> | undefined;
  /** What is learned. Default all three problems. */
  problems?: OneOrMore<Problem> | undefined;
  /** Where to compute. Default what EIGENVIEW_BACKEND says, or the fastest backend there is. */
  backend?: BackendName | undefined;
}

/** A {@link StudyConfig} with one form for each meaning: either `data` or `dataset`, lists ascending, defaults filled in. */
export interface ResolvedStudyConfig {
  data?: string | undefined;
  dataset?: 'built-in' | undefined;
  labels?: string | number | undefined;
  target: 'auto' | 'classes' | 'values';
  grayscale: boolean;
  signalDims: number | 'all';
  noiseDims: number;
  /** Absent: as many of the default sizes as the data have rows for. */
  n?: number[] | undefined;
  alpha: number[];
  noise: number[];
  theta: number[];
  /** Absent: the number of signal coordinates. */
  k?: number[] | undefined;
  seeds: number[];
  problems: Problem[];
  backend?: BackendName | undefined;
}

type Key = keyof StudyConfig;

const TARGETS = ['auto', 'classes', 'values'] as const;

/** What each key is, as in {@link StudyConfig}, and what it allows. */
export const KEYS: Record<Key, { about: string; allowed: string }> = {
  data: { about: 'Folder or file with the data.', allowed: 'a path' },
  dataset: {
    about: 'A data set that comes with the package. Default where there are no data.',
    allowed: "'built-in'",
  },
  labels: {
    about:
      'Where the labels of the data are: a column of the data, by name or by index from 0, or a file of their own.',
    allowed: 'the name of a column or file, or an integer of at least 0',
  },
  target: {
    about: 'What the labels are: classes, or values to regress on. Default auto: what the labels look like.',
    allowed: `one of ${TARGETS.join(', ')}`,
  },
  grayscale: { about: 'Whether to turn colour images grey. Default false.', allowed: 'true or false' },
  signalDims: {
    about: 'Principal components kept as the signal; all takes the data as they are. Default 50.',
    allowed: "an integer of at least 1, or 'all'",
  },
  noiseDims: { about: 'Noise coordinates appended to the signal. Default 50.', allowed: 'an integer of at least 1' },
  n: {
    about: 'Sample sizes. Default 100, 200, 400 … 51200, as many as the data have rows for.',
    allowed: 'an integer of at least 1 or a list of distinct ones',
  },
  alpha: {
    about: 'Alignments: the augmentation is Σ = Θ + α²Γ. Default 0.1, 1, 10.',
    allowed: 'a finite number of at least 0 or a list of distinct ones',
  },
  noise: {
    about: "Noise levels: Γ's eigenvalues are uniform on [0, noise] on the noise coordinates. Default 1e3, 1e6.",
    allowed: 'a finite number above 0 or a list of distinct ones',
  },
  theta: {
    about: "Theta levels: Θ's eigenvalues are uniform on [0, theta] on all coordinates. Default 1e4.",
    allowed: 'a finite number above 0 or a list of distinct ones',
  },
  k: {
    about: 'Dimensions of the encoders, each at most signalDims. Default signalDims.',
    allowed: 'an integer of at least 1 or a list of distinct ones',
  },
  seeds: {
    about: 'Repetitions, each with its own sample, Θ and Γ: a list of seeds, or a count c for 0 … c − 1. Default 3.',
    allowed: `a count from 1 to ${MAX_SEEDS} or a list of distinct integers from 0 to ${MAX_SEED}`,
  },
  problems: {
    about: 'What is learned. Default all three problems.',
    allowed: `one of ${PROBLEMS.join(', ')} or a list of distinct ones`,
  },
  backend: {
    about: 'Where to compute. Default what EIGENVIEW_BACKEND says, or the fastest backend there is.',
    allowed: `one of ${BACKENDS.join(', ')}`,
  },
};

const ALLOWED = Object.fromEntries(Object.entries(KEYS).map(([key, { allowed }]) => [key, allowed]));

let schema: Promise<ReturnType<typeof defineSchema>> | undefined;

/** zod takes tens of milliseconds to load: only who reads a configuration waits for it. */
function studySchema(): Promise<ReturnType<typeof defineSchema>> {
  schema ??= import('zod').then(({ z }) => defineSchema(z));
  return schema;
}

function defineSchema(z: typeof zod.z) {
  const count = z.int().min(1);
  const above0 = z.number().gt(0);
  const list = <T extends zod.ZodType<number | string>>(item: T) =>
    z.array(item).min(1).refine(isDistinct).meta({ uniqueItems: true });
  const grid = <T extends zod.ZodType<number>>(item: T) => z.union([item, list(item)]).transform(ascending);
  const problem = z.enum(PROBLEMS);
  return z.strictObject({
    data: z.string().min(1).optional(),
    dataset: z.literal('built-in').optional(),
    labels: z.union([z.string().min(1), z.int().min(0)]).optional(),
    target: z.enum(TARGETS).default('auto'),
    grayscale: z.boolean().default(false),
    signalDims: z.union([count, z.literal('all')]).default(SIGNAL_DIMS),
    noiseDims: count.default(NOISE_DIMS),
    n: grid(count).optional(),
    alpha: grid(z.number().min(0)).prefault([...ALPHAS]),
    noise: grid(above0).prefault([...NOISES]),
    theta: grid(above0).prefault([...THETAS]),
    k: grid(count).optional(),
    seeds: z
      .union([count.max(MAX_SEEDS), list(z.int().min(0).max(MAX_SEED))])
      .transform((seeds) => (Array.isArray(seeds) ? ascending(seeds) : Array.from({ length: seeds }, (_, i) => i)))
      .prefault(SEEDS),
    problems: z
      .union([problem, list(problem)])
      .transform((some) => PROBLEMS.filter((name) => [some].flat().includes(name)))
      .prefault([...PROBLEMS]),
    backend: z.enum(BACKENDS).optional(),
  } satisfies Record<Key, zod.ZodType>);
}

function ascending(values: number | number[]): number[] {
  const sorted = [values].flat().sort((a, b) => a - b);
  // Adding 0 makes −0 the 0 that it equals.
  return sorted.map((value) => value + 0);
}

/**
 * Checks a configuration and fills in what it leaves out, except `n` and `k`, which depend on the data. What comes out
 * can be parsed again and stays the same.
 *
 * @param file where the value came from, for messages
 * @throws EigenviewError `UNKNOWN_OPTION` for a key there is not, `OUT_OF_RANGE` for a number out of its range, else
 * `INVALID_ARGUMENT`; several faults at once are listed, under their common code or `INVALID_ARGUMENT`
 * @example
 * ```ts
 * const { seeds } = await parseStudyConfig({ data: 'mnist', alpha: [1, 10], seeds: 5 }); // [0, 1, 2, 3, 4]
 * ```
 */
export async function parseStudyConfig(value: unknown, file?: string): Promise<ResolvedStudyConfig> {
  const given = mapping(value, file);
  const result = (await studySchema()).safeParse(given);
  const faults = result.error?.issues.flatMap((issue) => faultsOf(issue, given, ALLOWED)) ?? [];
  faults.push(...conflicts(given, new Set(faults.map(({ argument }) => argument))));
  if (result.data === undefined || faults.length > 0) throw refusal(faults, file);
  const { data, dataset: _, ...rest } = result.data;
  return { ...(data === undefined ? { dataset: 'built-in' } : { data }), ...rest };
}

/**
 * The same for keys whose values have the right types, as a program or a command line gives them: without the schema, which
 * takes longer to load than many studies.
 *
 * @throws EigenviewError as {@link parseStudyConfig}, for the first fault
 */
export function resolveStudyConfig(given: StudyConfig): ResolvedStudyConfig {
  checkOptions('resolveStudyConfig', given, Object.keys(KEYS));
  const faults = conflicts({ ...given }, new Set());
  if (faults.length > 0) throw refusal(faults, undefined);
  const { data, labels, target = 'auto', grayscale = false, backend } = given;
  const { signalDims = SIGNAL_DIMS, noiseDims = NOISE_DIMS } = given;
  checkOneOf('dataset', given.dataset ?? 'built-in', ['built-in']);
  checkOneOf('target', target, TARGETS);
  checkOneOf('backend', backend ?? 'auto', BACKENDS);
  checkBoolean('grayscale', grayscale);
  if (data !== undefined) checkPath('data', data);
  if (signalDims !== 'all') checkInteger('signalDims', signalDims, { min: 1 });
  checkInteger('noiseDims', noiseDims, { min: 1 });
  const asked = Object.fromEntries(GRID.map((key) => [key, given[key]]).filter(([, value]) => value !== undefined));
  const grid = resolveGrid(asked, { dims: Number.MAX_SAFE_INTEGER, rows: Number.POSITIVE_INFINITY });
  const { n, k, ...rest } = grid;
  return {
    ...(data === undefined ? { dataset: 'built-in' } : { data }),
    ...(labels !== undefined && { labels }),
    target,
    grayscale,
    signalDims,
    noiseDims,
    ...(given.n !== undefined && { n }),
    ...rest,
    ...(given.k !== undefined && { k }),
    ...(backend !== undefined && { backend }),
  };
}

/** The JSON Schema (draft 7) of {@link StudyConfig}, for editors. */
export async function studyConfigSchema(): Promise<Record<string, unknown>> {
  const { z } = await import('zod');
  const { $schema, properties, ...rest } = z.toJSONSchema(await studySchema(), { io: 'input', target: 'draft-7' });
  const explained = Object.entries(KEYS).map(([key, { about, allowed }]) => {
    return [key, { description: `${about} Allowed: ${allowed}.`, ...(properties?.[key] as object) }];
  });
  return { $schema, title: 'Configuration of an eigenview study', ...rest, properties: Object.fromEntries(explained) };
}

function mapping(value: unknown, file: string | undefined): Record<string, unknown> {
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    return Object.fromEntries(Object.entries(value as object).filter(([, item]) => item !== undefined));
  }
  throw new EigenviewError('INVALID_ARGUMENT', 'A study is configured by keys and values.', {
    argument: 'config',
    expected: `an object with some of ${Object.keys(KEYS).join(', ')}`,
    received: describe(value),
    ...(file !== undefined && { file }),
  });
}

/** Keys that do not go together; where one is wrong in itself, that is all there is to say. */
function conflicts(given: Record<string, unknown>, wrong: ReadonlySet<string>): Fault[] {
  const { data, dataset, labels, target, grayscale, signalDims = SIGNAL_DIMS, k } = given;
  const faults: Fault[] = [];
  const refuse = (argument: Key, other: Key, summary: string, details: ErrorDetails, code: ErrorCode) => {
    if (!wrong.has(argument) && !wrong.has(other)) faults.push({ ...details, code, argument, summary });
  };
  const needsData = (argument: Key, because: string) => {
    const fix = `Give data, or leave ${argument} out.`;
    refuse(
      argument,
      'data',
      `'${argument}' needs 'data': the built-in data set ${because}.`,
      { fix },
      'INVALID_ARGUMENT',
    );
  };
  if (data !== undefined && dataset !== undefined) {
    const fix = 'Give one of them.';
    refuse('dataset', 'data', "'data' and 'dataset' exclude each other.", { fix }, 'INVALID_ARGUMENT');
  }
  if (data === undefined) {
    if (labels !== undefined) needsData('labels', 'has labels of its own');
    if (target === 'values') needsData('target', 'has classes, not values');
    if (grayscale === true) needsData('grayscale', 'has no colours');
  }
  const most = typeof signalDims === 'number' ? signalDims : Number.POSITIVE_INFINITY;
  const large = [k].flat().find((dims) => typeof dims === 'number' && dims > most);
  if (large !== undefined) {
    const details = { expected: `at most ${most}`, received: describe(large), fix: 'Lower k or raise signalDims.' };
    refuse('k', 'signalDims', "'k' is larger than 'signalDims'.", details, 'OUT_OF_RANGE');
  }
  return faults;
}
