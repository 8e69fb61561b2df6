import { BACKENDS, type BackendName } from '../backends/select.js';
import type { PixelGrid } from '../data/images.js';
import { describe, EigenviewError } from '../errors.js';
import { checkInteger, checkNumber, checkOneOf, checkSeed } from '../matrix/check.js';

export const FLOWS = ['simsiam', 'peira', 'linear-simsiam', 'deep-linear'] as const;
export type FlowName = (typeof FLOWS)[number];

/** What the command line may say; undefined where it does not. */
export interface DynamicsFlags {
  pair?: string;
  data?: string;
  augment?: string;
  shape?: PixelGrid;
  white?: number;
  labels?: string;
  images?: number;
  samples?: number;
  components?: number;
  centered?: boolean;
  flow?: FlowName;
  k?: number;
  lambda?: number;
  encoders?: 'two' | 'shared';
  predictor?: 'learned' | 'optimal';
  targetRate?: number;
  depth?: number;
  objective?: 'latent-prediction' | 'reconstruction';
  rho?: number[];
  kappa?: number[];
  starts?: number;
  seed?: number;
  scale?: number;
  tMax?: number;
  rtol?: number;
  atol?: number;
  maxSteps?: number;
  backend?: BackendName;
}

/** Everything that the numbers depend on, defaults filled in; what does not apply is absent. */
export interface DynamicsConfig extends DynamicsFlags {
  flow: FlowName;
  starts: number;
  seed: number;
}

/** Views by default: they are computed in a moment, and their canonical functions are known. */
export const DEFAULT_PAIR = 'gaussian:rho=0.9,degree=8';
export const DEFAULTS = {
  flow: 'simsiam',
  k: 3,
  lambda: 0.1,
  starts: 24,
  seed: 0,
  images: 2000,
  samples: 8,
  components: 32,
  depth: 2,
  objective: 'latent-prediction',
  /** The better a feature is predicted, the less variance κ/ρ it has: the two objectives then differ. */
  rho: [0.9, 0.7, 0.5, 0.3],
  kappa: [0.3, 0.5, 0.7, 0.9],
} as const;

/** More are not followed in the memory of a small machine. */
const MOST_STARTS = 10_000;

const DATA_KEYS = ['augment', 'shape', 'white', 'labels', 'images', 'samples', 'components'] as const;
const VIEW_KEYS = ['pair', 'data', ...DATA_KEYS, 'centered'] as const;

/** Options that not every flow has, and those that have them. */
const BELONGS: readonly [keyof DynamicsFlags, readonly FlowName[]][] = [
  ...(['k', 'lambda', ...VIEW_KEYS] as const).map((key): [keyof DynamicsFlags, readonly FlowName[]] => [
    key,
    ['simsiam', 'peira', 'linear-simsiam'],
  ]),
  ['encoders', ['peira']],
  ['predictor', ['linear-simsiam']],
  ['targetRate', ['linear-simsiam']],
  ...(['depth', 'objective', 'rho', 'kappa'] as const).map((key): [keyof DynamicsFlags, readonly FlowName[]] => [
    key,
    ['deep-linear'],
  ]),
];

/**
 * What a command line asks for. Shapes and the data themselves are checked where they are read.
 *
 * @throws EigenviewError `INVALID_ARGUMENT` for options that do not go together or have an impossible value, `OUT_OF_RANGE`
 * @example
 * ```ts
 * const config = resolveDynamicsConfig({ flow: 'peira', k: 2 }); // λ = 0.1, 24 starts, on Gaussian views
 * ```
 */
export function resolveDynamicsConfig(flags: DynamicsFlags): DynamicsConfig {
  const { flow = DEFAULTS.flow, starts = DEFAULTS.starts, seed = DEFAULTS.seed } = flags;
  checkOneOf('--flow', flow, FLOWS);
  for (const [key, flows] of BELONGS)
    if (!flows.includes(flow)) refuse(flags, key, { to: flows.map(flowOption), not: `--flow ${flow}` });
  checkNumbers(flags, starts, seed);
  const own = flow === 'deep-linear' ? deepLinearConfig(flags) : pairConfig(flags, flow);
  return { ...given(flags), ...own, flow, starts, seed };
}

function pairConfig(flags: DynamicsFlags, flow: FlowName): DynamicsFlags {
  const { k = DEFAULTS.k, lambda = DEFAULTS.lambda, predictor = 'learned', encoders = 'two' } = flags;
  checkInteger('--k', k, { min: 1 });
  checkNumber('--lambda', lambda, { min: 0, above: true });
  if (predictor === 'optimal') refuse(flags, 'targetRate', { to: ['--predictor learned'], not: '--predictor optimal' });
  const own = { ...viewsConfig(flags), centered: flags.centered === true, k, lambda };
  if (flow === 'linear-simsiam') return { ...own, predictor };
  return flow === 'peira' ? { ...own, encoders } : own;
}

function viewsConfig(flags: DynamicsFlags): DynamicsFlags {
  const { data, augment, images = DEFAULTS.images, components = DEFAULTS.components } = flags;
  if (data === undefined) {
    for (const key of DATA_KEYS) refuse(flags, key, { to: ['--data'] });
    return { pair: flags.pair ?? DEFAULT_PAIR };
  }
  refuse(flags, 'pair', { to: [], not: '--data' });
  if (augment === undefined) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Nothing says what views of the data are.', {
      argument: '--augment',
      expected: 'a preset or an augmentation, such as simclr',
      received: 'nothing',
      fix: 'Pass --augment; eigenview views --help lists what there is.',
    });
  }
  checkInteger('--images', images, { min: 2 });
  checkInteger('--components', components, { min: 1 });
  if (flags.samples !== undefined) checkInteger('--samples', flags.samples, { min: 2, max: 4096 });
  return { data, augment, images, components };
}

function deepLinearConfig(flags: DynamicsFlags): DynamicsFlags {
  const { depth = DEFAULTS.depth, objective = DEFAULTS.objective } = flags;
  if ((flags.rho === undefined) !== (flags.kappa === undefined)) {
    const [there, missing] = flags.rho === undefined ? ['kappa', 'rho'] : ['rho', 'kappa'];
    throw new EigenviewError('INVALID_ARGUMENT', `--${there} without --${missing} says half of each feature.`, {
      argument: `--${missing}`,
      expected: `as many numbers as --${there} has`,
      received: 'nothing',
    });
  }
  const { rho = [...DEFAULTS.rho], kappa = [...DEFAULTS.kappa] } = flags;
  checkInteger('--depth', depth, { min: 1 });
  if (rho.length !== kappa.length) {
    throw new EigenviewError('INVALID_ARGUMENT', 'Each feature has one ρ and one κ.', {
      argument: '--kappa',
      expected: `as many numbers as --rho has, ${rho.length}`,
      received: String(kappa.length),
    });
  }
  return { depth, objective, rho, kappa };
}

function checkNumbers(
  { scale, tMax, rtol, atol, maxSteps, targetRate, backend }: DynamicsFlags,
  starts: number,
  seed: number,
) {
  checkInteger('--starts', starts, { min: 1, max: MOST_STARTS });
  checkSeed('--seed', seed);
  for (const [name, value] of Object.entries({ scale, tMax, rtol, atol, targetRate }))
    if (value !== undefined) checkNumber(option(name), value, { min: 0, above: true });
  if (maxSteps !== undefined) checkInteger('--max-steps', maxSteps, { min: 1 });
  if (backend !== undefined) checkOneOf('--backend', backend, BACKENDS);
}

/** @param where what the option belongs to, and what was asked for instead */
function refuse(
  flags: DynamicsFlags,
  key: keyof DynamicsFlags,
  { to, not }: { to: readonly string[]; not?: string },
): void {
  if (flags[key] === undefined) return;
  const name = option(key);
  const belongs = to.length === 0 ? `${name} does not go with ${not}.` : `${name} belongs to ${to.join(', ')}.`;
  throw new EigenviewError('INVALID_ARGUMENT', belongs, {
    argument: name,
    expected: not === undefined ? `absent without ${to.join(', ')}` : `absent with ${not}`,
    received: describe(flags[key]),
    fix: to.length === 0 ? 'Leave it out.' : `Leave it out, or use ${to.join(' or ')}.`,
  });
}

function flowOption(flow: FlowName): string {
  return `--flow ${flow}`;
}

/** Such as --target-rate. */
function option(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function given(flags: DynamicsFlags): DynamicsFlags {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
