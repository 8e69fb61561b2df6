import { EigenviewError } from '../../../errors.js';
import { maxAbs } from '../../../matrix/check.js';
import type { ViewStep } from '../../views.js';
import { type Draw, normals, uniform, uniforms } from './draw.js';
import { augmentations } from './image/augmentations.js';
import { corruptions } from './image/corruptions.js';

/** Makes one row of a view, `y`, from `x`. Draws as `draw` says; its `step` is that of the map. */
export type RowMap = (draw: Draw, x: Float64Array, y: Float64Array) => void;

/** A step ready to run on rows of a certain width. */
export interface Runner {
  /** Numbers of a row that comes out. */
  readonly width: number;
  readonly run: RowMap;
  /** How many steps it is, itself and those below. */
  readonly steps: number;
}

export function makeRunner(step: ViewStep, width: number): Runner {
  const { kind, numbers, steps = [] } = step;
  switch (kind) {
    case 'sequence':
      return sequence(steps, width);
    case 'choice':
      return choice(steps, numbers, width);
    case 'identity':
      return leaf(width, (_, x, y) => y.set(x));
    case 'noise':
      return leaf(width, noise(numbers));
    case 'correlatedNoise':
      return leaf(width, correlatedNoise(numbers, width));
    case 'mask':
      return leaf(width, mask(numbers));
    case 'permutation':
      return leaf(width, permutation(numbers, width));
    case 'affine':
      return leaf(numbers[1] as number, affine(numbers, width));
    case 'image':
      return leaf(width, image(step.name ?? '', numbers));
    default:
      throw new EigenviewError('INTERNAL', `There is no step '${kind}'.`);
  }
}

/** The number of weights at or below u: the choice that u in [0, 1) stands for. */
export function choose(cumulative: Float64Array, u: number): number {
  let i = 0;
  while (i < cumulative.length - 1 && (cumulative[i] as number) <= u) i++;
  return i;
}

function leaf(width: number, run: RowMap): Runner {
  return { width, run, steps: 1 };
}

/** Steps one after another, numbered in preorder behind the sequence's own number. */
function sequence(steps: readonly ViewStep[], width: number): Runner {
  const runners: Runner[] = [];
  for (const step of steps) runners.push(makeRunner(step, runners.at(-1)?.width ?? width));
  const between = runners.map((runner) => new Float64Array(runner.width));
  return {
    width: runners.at(-1)?.width ?? width,
    steps: 1 + count(runners),
    run(draw, x, y) {
      let step = draw.step + 1;
      let from = x;
      runners.forEach((runner, i) => {
        const to = i === runners.length - 1 ? y : (between[i] as Float64Array);
        runner.run({ ...draw, step }, from, to);
        step += runner.steps;
        from = to;
      });
    },
  };
}

/** One of the steps, by uniform 0. */
function choice(steps: readonly ViewStep[], cumulative: Float64Array, width: number): Runner {
  const runners = steps.map((step) => makeRunner(step, width));
  return {
    width: runners[0]?.width ?? width,
    steps: 1 + count(runners),
    run(draw, x, y) {
      const chosen = choose(cumulative, uniform(draw, 0));
      const step = draw.step + 1 + count(runners.slice(0, chosen));
      (runners[chosen] as Runner).run({ ...draw, step }, x, y);
    },
  };
}

function count(runners: readonly Runner[]): number {
  return runners.reduce((sum, { steps }) => sum + steps, 0);
}

/** x + diag(deviations) g. */
function noise(deviations: Float64Array): RowMap {
  const g = new Float64Array(deviations.length);
  return (draw, x, y) => {
    normals(draw, 0, g);
    for (let j = 0; j < y.length; j++) {
      const deviation = deviations[j] as number;
      y[j] = deviation > 0 ? (x[j] as number) + deviation * (g[j] as number) : (x[j] as number);
    }
  };
}

/** x + R g. */
function correlatedNoise(root: Float64Array, d: number): RowMap {
  const g = new Float64Array(d);
  return (draw, x, y) => {
    normals(draw, 0, g);
    for (let i = 0; i < d; i++) {
      let sum = x[i] as number;
      for (let j = 0; j < d; j++) sum += (root[i * d + j] as number) * (g[j] as number);
      y[i] = sum;
    }
  };
}

/** factor · x_j where the coordinate's group is kept, else 0. Group g is kept when uniform g is below the probability. */
function mask(numbers: Float64Array): RowMap {
  const [keep = 1, factor = 1] = numbers;
  const groups = numbers.subarray(2);
  const drawn = new Float64Array(1 + maxAbs(groups));
  return (draw, x, y) => {
    uniforms(draw, 0, drawn);
    for (let j = 0; j < y.length; j++) {
      y[j] = (drawn[groups[j] as number] as number) < keep ? factor * (x[j] as number) : 0;
    }
  };
}

/** y_j = ± x_p(j), one of several signed permutations by uniform 0. */
function permutation(numbers: Float64Array, d: number): RowMap {
  const choices = numbers[0] as number;
  const cumulative = numbers.subarray(1, 1 + choices);
  const signed = numbers.subarray(1 + choices);
  return (draw, x, y) => {
    const first = choose(cumulative, uniform(draw, 0)) * d;
    for (let j = 0; j < d; j++) {
      const from = signed[first + j] as number;
      y[j] = Math.sign(from) * (x[Math.abs(from) - 1] as number);
    }
  };
}

/** y = A x + b, one of several by uniform 0. */
function affine(numbers: Float64Array, d: number): RowMap {
  const [choices = 0, width = 0] = numbers;
  const cumulative = numbers.subarray(2, 2 + choices);
  return (draw, x, y) => {
    const matrix = 2 + choices + choose(cumulative, uniform(draw, 0)) * (width * d + width);
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (numbers[matrix + i * d + j] as number) * (x[j] as number);
      y[i] = sum + (numbers[matrix + width * d + i] as number);
    }
  };
}

function image(name: string, numbers: Float64Array): RowMap {
  const [width = 0, height = 0, channels = 0, white = 0] = numbers;
  const make = augmentations[name] ?? corruptions[name];
  if (make === undefined) throw new EigenviewError('INTERNAL', `There is no image transform '${name}'.`);
  return make({ width, height, channels, white }, numbers.subarray(4));
}
