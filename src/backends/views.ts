/** Drawing views, and the moments of drawn views. */
import type { Matrix } from '../matrix/matrix.js';
import type { Control } from './linalg.js';

/**
 * A random map of rows, as a tree of steps that every backend knows. Steps are numbered in preorder; a step's number is
 * where in the random stream it draws (native/core/views/draw.h), so the tree alone decides which view a seed stands for.
 *
 * | kind | numbers |
 * |---|---|
 * | `sequence` | none; `steps` one after another |
 * | `choice` | cumulative probabilities, the last 1; one of `steps` |
 * | `identity` | none |
 * | `noise` | d standard deviations |
 * | `correlatedNoise` | a d×d root R of the covariance R Rᵀ |
 * | `mask` | keep probability, factor of what is kept, then the group of each coordinate, which is kept or not as one |
 * | `permutation` | cumulative probabilities of g permutations, then for each, d times ±(1 + index of the coordinate it takes) ; first of all g |
 * | `affine` | number of maps g, output dimension, g cumulative probabilities, then for each the matrix and the offset |
 * | `image` | width, height, channels, white, then the transform's parameters; `name` is the transform |
 */
export interface ViewStep {
  kind: 'sequence' | 'choice' | 'identity' | 'noise' | 'correlatedNoise' | 'mask' | 'permutation' | 'affine' | 'image';
  /** Of an image transform. */
  name?: string;
  numbers: Float64Array;
  steps?: readonly ViewStep[];
}

/** Which rows of the random stream: (seed, sample, view) of each row. */
export interface RowDraws {
  seed: number;
  /** Sample index of each row. */
  samples: Float64Array;
  /** View index of each row. */
  views: Uint32Array;
}

/** Sums over samples x with their m views v_j: x̂ the mean of the views, e = x̂ − x or x̂ (ViewPlan), r = [x | y | 1]. */
export interface ViewSums {
  /** Number of samples. */
  count: number;
  /** Σ r rᵀ. */
  inputs: Matrix;
  /** Σ Σ_j (v_j − x̂)(v_j − x̂)ᵀ. */
  deviations: Matrix;
  /** Σ e eᵀ. */
  shifts: Matrix;
  /** Σ r eᵀ. */
  cross: Matrix;
}

/** What is drawn for each sample: view j of the sample with index i is that of (seed, firstSample + i, j). */
export interface ViewPlan {
  /** Undefined where views are given beside the samples. */
  step: ViewStep | undefined;
  /** m ≥ 2. */
  views: number;
  /** Numbers of a view. */
  width: number;
  seed: number;
  firstSample: number;
  /**
   * Whether e = x̂ − x, else e = x̂; only where views are as wide as samples. Sums with e may be of single precision, those
   * with x are not: what is smaller, x̂ − x or x̂, makes the better e.
   */
  shifted: boolean;
  /** Powers of two that bring the numbers of x, y and views near 1, where products are computed in single precision. */
  scales: { inputs: number; targets: number; views: number };
}

/** As GramAccumulator (moments.ts), over samples with views. */
export interface ViewAccumulator {
  /** @param views rows × (m·width), where the plan has no step */
  add(control: Control, x: Matrix, y: Matrix | undefined, views?: Matrix): Promise<void>;
  snapshot(control: Control): Promise<ViewSums>;
  close(): Promise<void>;
}

export interface ViewsBackend {
  /** One view of each row, drawn as `draws` says; `first`, the number of the tree's root. Same bits at every thread count. */
  draw(control: Control, step: ViewStep, x: Matrix, draws: RowDraws, first: number): Promise<Matrix>;
  sums(dx: number, dy: number, plan: ViewPlan): ViewAccumulator;
  /**
   * Σ over samples of (Σ_j w_j u_j u_jᵀ)∘², d×d, for the vectors u_j of each sample, which are rows after rows of the matrix: as
   * many for each as there are weights. Computed from them in single precision.
   */
  squaredDifferences(control: Control, vectors: Matrix, weights: Float64Array): Promise<Matrix>;
}
