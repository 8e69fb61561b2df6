/** Random view processes with exact moments, beside the list of their outcomes. */
import { Matrix } from '../../src/matrix/matrix.js';
import { affineViews } from '../../src/views/affine.js';
import { chooseViews } from '../../src/views/choose.js';
import { composeViews } from '../../src/views/compose.js';
import { gaussianViews } from '../../src/views/gaussian.js';
import { groupViews } from '../../src/views/group.js';
import { maskViews } from '../../src/views/mask.js';
import type { ViewProcess } from '../../src/views/view-process.js';
import { product } from './algebra.js';
import { normals } from './normals.js';
import {
  affineOutcomes,
  inTurn,
  maskOutcomes,
  noiseOutcomes,
  type Outcome,
  oneOf,
  permutationMatrix,
} from './outcomes.js';
import fc from './properties.js';

export interface ViewTree {
  views: ViewProcess;
  outcomes: Outcome[];
}

/** Enough for three masks of three coordinates and a choice. */
const MOST_OUTCOMES = 2000;

const seed = fc.nat({ max: 1000 });
const weight = fc.double({ min: 0.01, max: 5, noNaN: true });

const masks = (d: number): fc.Arbitrary<ViewTree> =>
  fc.record({ keep: fc.double({ min: 0.05, max: 1, noNaN: true }), rescale: fc.boolean() }).map((options) => {
    const groups = Array.from({ length: d }, (_, j) => j);
    const factor = options.rescale ? 1 / options.keep : 1;
    return { views: maskViews(options), outcomes: maskOutcomes(groups, options.keep, factor) };
  });

const groups = (d: number): fc.Arbitrary<ViewTree> => {
  const element = fc.record({
    permutation: fc.shuffledSubarray(
      Array.from({ length: d }, (_, j) => j),
      { minLength: d },
    ),
    signs: fc.array(fc.constantFrom(1, -1), { minLength: d, maxLength: d }),
    weight,
  });
  return fc.array(element, { minLength: 1, maxLength: 3 }).map((elements) => {
    const weights = elements.map((each) => each.weight);
    const bare = elements.map(({ permutation, signs }) => ({ permutation, signs }));
    const maps = elements.map((each) => ({
      matrix: permutationMatrix(each.permutation, each.signs),
      weight: each.weight,
    }));
    return { views: groupViews(bare, { weights }), outcomes: affineOutcomes(maps) };
  });
};

/** Noise of rank 1 or 2, or a diagonal one. */
const noises = (d: number): fc.Arbitrary<ViewTree> =>
  fc.record({ seed, rank: fc.constantFrom(1, 2), alpha: fc.constantFrom(0, 0.5, 2) }).map(({ seed, rank, alpha }) => {
    const root = normals(seed, d, rank);
    const gamma = product(root, root.transpose());
    const scaled = new Matrix(
      d,
      rank,
      root.data.map((value) => alpha * value),
    );
    return { views: gaussianViews({ gamma, alpha }), outcomes: noiseOutcomes(scaled) };
  });

const affines = (input: number, output: number): fc.Arbitrary<ViewTree> =>
  fc.array(fc.record({ seed, weight, offset: fc.boolean() }), { minLength: 1, maxLength: 3 }).map((drawn) => {
    const maps = drawn.map(({ seed, weight, offset }) => ({
      matrix: normals(seed, output, input),
      weight,
      ...(offset && { offset: Float64Array.from(normals(seed + 1, 1, output).data) }),
    }));
    return { views: affineViews(maps), outcomes: affineOutcomes(maps) };
  });

const leaves = (input: number, output: number): fc.Arbitrary<ViewTree> =>
  input === output
    ? fc.oneof(masks(input), groups(input), noises(input), affines(input, output))
    : affines(input, output);

/** Compositions and choices up to `depth` deep over masks, groups, noise and affine maps. */
export function viewTrees(input: number, output: number, depth: number): fc.Arbitrary<ViewTree> {
  if (depth === 0) return leaves(input, output);
  const below = (from: number, to: number) => viewTrees(from, to, depth - 1);
  const sequence = fc
    .integer({ min: 1, max: 3 })
    .chain((middle) => fc.tuple(below(input, middle), below(middle, output)))
    .map(([first, second]) => ({
      views: composeViews([first.views, second.views]),
      outcomes: inTurn(first.outcomes, second.outcomes),
    }));
  const choice = fc
    .array(fc.tuple(below(input, output), weight), { minLength: 1, maxLength: 3 })
    .map((branches) => branch(branches));
  return fc.oneof(leaves(input, output), sequence, choice).filter(({ outcomes }) => outcomes.length <= MOST_OUTCOMES);
}

function branch(branches: readonly (readonly [ViewTree, number])[]): ViewTree {
  const weights = branches.map(([, weight]) => weight);
  return {
    views: chooseViews(
      branches.map(([tree]) => tree.views),
      weights,
    ),
    outcomes: oneOf(
      branches.map(([tree]) => tree.outcomes),
      weights,
    ),
  };
}
