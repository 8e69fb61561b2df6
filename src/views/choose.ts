import { EigenviewError } from '../errors.js';
import { checkProcesses } from './compose.js';
import { mixed, type RandomAffine } from './random-affine.js';
import { cumulative, probabilities, type ViewProcess, viewDimension } from './view-process.js';

/**
 * One of several processes, chosen anew for every view. Exact if all of them are.
 *
 * @param processes whose views have one dimension
 * @param weights how likely each is, up to a common factor; default all alike
 * @throws EigenviewError `EMPTY`, `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `SHAPE_MISMATCH`
 * @example
 * ```ts
 * const views = chooseViews([gaussianViews({ theta: 1 }), maskViews({ keep: 0.5 })], [0.2, 0.8]);
 * ```
 */
export function chooseViews(processes: readonly ViewProcess[], weights?: readonly number[]): ViewProcess {
  return choose(checkProcesses(processes), weights);
}

function choose(processes: readonly ViewProcess[], weights?: readonly number[]): ViewProcess {
  const given = weights ?? processes.map(() => 1);
  if (!Array.isArray(given) || given.length !== processes.length) {
    throw new EigenviewError('SHAPE_MISMATCH', 'Each process needs a weight.', {
      argument: 'weights',
      expected: `of length ${processes.length}`,
      received: String(given.length),
    });
  }
  const steps = cumulative('weights', given);
  const dimensions = processes.find((process) => process.dimensions !== undefined)?.dimensions;
  if (dimensions !== undefined) {
    for (const [i, process] of processes.entries()) checkOutput(`processes[${i}]`, process, dimensions);
  }
  const exact = processes.map((process) => process.exact);
  return {
    name: processes.map(({ name }, i) => `${round(probabilities(steps)[i] as number)} × (${name})`).join(' or '),
    dimensions,
    exact: exact.every((map): map is RandomAffine => map !== undefined)
      ? mixed(exact, probabilities(steps))
      : undefined,
    step: async (dim, linalg) => ({
      kind: 'choice',
      numbers: steps,
      steps: await Promise.all(processes.map((process) => process.step(dim, linalg))),
    }),
  };
}

function checkOutput(
  argument: string,
  process: ViewProcess,
  { input, output }: { input: number; output: number },
): void {
  const made = viewDimension(process, input, argument);
  if (made === output) return;
  throw new EigenviewError('SHAPE_MISMATCH', 'The processes make views of different dimensions.', {
    argument,
    expected: `one that makes views of ${output} numbers`,
    received: String(made),
  });
}

function round(probability: number): string {
  return String(Number(probability.toPrecision(3)));
}
