import { describe, EigenviewError } from '../errors.js';
import { composed, type RandomAffine } from './random-affine.js';
import { checkViews, type ViewProcess, viewDimension } from './view-process.js';

/**
 * Processes one after another, each with randomness of its own: the views of the first are the samples of the second. Exact
 * if all of them are.
 *
 * @param processes at least one; the first is applied first
 * @throws EigenviewError `EMPTY`, `INVALID_ARGUMENT`, `SHAPE_MISMATCH` where dimensions do not fit
 * @example
 * ```ts
 * const views = composeViews([maskViews({ keep: 0.5 }), gaussianViews({ theta: 0.1 })]);
 * ```
 */
export function composeViews(processes: readonly ViewProcess[]): ViewProcess {
  return compose(checkProcesses(processes));
}

function compose(processes: readonly ViewProcess[]): ViewProcess {
  let dimensions: ViewProcess['dimensions'];
  for (const [i, process] of processes.entries()) {
    const output = dimensions && viewDimension(process, dimensions.output, `processes[${i}]`);
    dimensions = dimensions ? { input: dimensions.input, output: output as number } : process.dimensions;
  }
  const exact = processes.map((process) => process.exact);
  return {
    name: processes.map(({ name }) => name).join(', then '),
    dimensions,
    exact: exact.every((map): map is RandomAffine => map !== undefined) ? composed(exact) : undefined,
    async step(dim, linalg) {
      const steps = [];
      let width = dim;
      for (const process of processes) {
        steps.push(await process.step(width, linalg));
        width = viewDimension(process, width);
      }
      return { kind: 'sequence', numbers: new Float64Array(0), steps };
    },
  };
}

/** A copy, which does not change with the list. */
export function checkProcesses(processes: readonly ViewProcess[]): readonly ViewProcess[] {
  if (!Array.isArray(processes) || processes.length === 0) {
    throw new EigenviewError('EMPTY', 'There is no process to combine.', {
      argument: 'processes',
      expected: 'a non-empty array of view processes',
      received: describe(processes),
    });
  }
  const all = [...processes];
  all.forEach((process, i) => {
    checkViews(`processes[${i}]`, process);
  });
  return all;
}
