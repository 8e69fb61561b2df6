/** The flow that a configuration asks for. */
import type { CallOptions } from '../backends/select.js';
import type { Flow } from '../dynamics/flow.js';
import { deepLinearFlow } from '../dynamics/flows/deep-linear.js';
import { linearSimsiamFlow } from '../dynamics/flows/linear-simsiam.js';
import { peiraFlow } from '../dynamics/flows/peira.js';
import { simsiamFlow } from '../dynamics/flows/simsiam.js';
import type { ViewPair } from '../dynamics/pairs/view-pair.js';
import { EigenviewError } from '../errors.js';
import { Matrix } from '../matrix/matrix.js';
import type { DynamicsSummary } from '../report/dynamics-run.js';
import { DEFAULTS, type DynamicsConfig } from './dynamics-config.js';
import type { DataPair } from './dynamics-data.js';
import { readPair } from './dynamics-pair.js';

export interface ConfiguredFlow {
  flow: Flow;
  pair: DynamicsSummary['pair'];
}

/** @throws EigenviewError as the pair and the flow say */
export async function configuredFlow(config: DynamicsConfig, call: CallOptions): Promise<ConfiguredFlow> {
  if (config.flow === 'deep-linear') return features(config);
  const { name, pair, data } = await configuredPair(config, call);
  const { exchangeable, centered } = pair;
  return { flow: flowOf(config, pair), pair: { name, exchangeable, centered, ...(data && { data }) } };
}

async function configuredPair(
  config: DynamicsConfig,
  call: CallOptions,
): Promise<{ name: string; pair: ViewPair; data?: DataPair['data'] }> {
  if (config.data !== undefined) return (await import('./dynamics-data.js')).dataPair(config, call);
  const pair = await readPair(config.pair ?? '', { centered: config.centered === true });
  return { name: pair.name, pair };
}

function flowOf(config: DynamicsConfig, pair: ViewPair): Flow {
  const { flow, k = DEFAULTS.k, lambda = DEFAULTS.lambda, encoders } = config;
  if (flow === 'simsiam') return simsiamFlow(pair, { k, lambda });
  if (flow === 'peira') return peiraFlow(pair, { k, lambda, ...(encoders && { encoders }) });
  return linearFlow(config, pair, k, lambda);
}

/** On an orthonormal dictionary: E[xxᵀ] = I, E[xyᵀ] = M. */
function linearFlow(
  { predictor = 'learned', targetRate }: DynamicsConfig,
  pair: ViewPair,
  k: number,
  lambda: number,
): Flow {
  if (!pair.exchangeable) {
    throw new EigenviewError(
      'INVALID_ARGUMENT',
      'SimSiam has one encoder for both views, which must be exchangeable.',
      {
        argument: 'pair',
        expected: 'exchangeable: (x, y) distributed as (y, x)',
        received: 'a pair that is not',
        fix: 'Use --flow peira, or a symmetric table.',
      },
    );
  }
  const target = targetRate === undefined ? {} : { target: { rate: targetRate } };
  const moments = { xx: Matrix.identity(pair.gram.rows), xy: pair.gram };
  return linearSimsiamFlow(moments, { k, lambda, predictor, ...target });
}

function features({
  rho = [],
  kappa = [],
  depth = DEFAULTS.depth,
  objective = DEFAULTS.objective,
}: DynamicsConfig): ConfiguredFlow {
  const flow = deepLinearFlow({ rho, kappa }, { depth, objective });
  const name = `${rho.length} feature${rho.length === 1 ? '' : 's'}, depth ${depth}, ${objective.replace('-', ' ')}`;
  return { flow, pair: { name, exchangeable: true, centered: false } };
}
