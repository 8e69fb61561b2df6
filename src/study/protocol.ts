/**
 * The alignment study's protocol: the linear simulations of JE-vs-RC (NeurIPS 2025, section 5) on real data.
 *
 * Signal: the data's first principal components. Noise: as many appended coordinates, N(0, Γ). Augmentation:
 * Σ = Θ + α²Γ. For each problem the model learned on corrupted data is compared with the one learned on clean data.
 */
import { EigenviewError } from '../errors.js';

export type Problem = 'supervised' | 'joint-embedding' | 'reconstruction';
export const PROBLEMS: readonly Problem[] = ['supervised', 'joint-embedding', 'reconstruction'];

export type Noise = 'weak' | 'strong';
export const NOISES: readonly Noise[] = ['weak', 'strong'];

/** Γ's eigenvalues are uniform on [0, this], in squared pixel values (0–255). */
export const NOISE_SCALE: Readonly<Record<Noise, number>> = { weak: 1e3, strong: 1e6 };

/** Θ's eigenvalues are uniform on [0, this]. */
export const THETA_SCALE = 1e4;

/** Alignments α. */
export const ALPHAS = [0.1, 1, 10] as const;

/** Principal components kept, and the dimension k of every encoder. */
export const SIGNAL_DIMS = 50;

/** Appended noise coordinates. */
export const NOISE_DIMS = 50;

/** Sample sizes n = 100·2ʲ. */
export const SIZES: readonly number[] = Array.from({ length: 10 }, (_, j) => 100 * 2 ** j);

/** The sizes a data set of so many rows allows. */
export function sizesFor(rows: number): number[] {
  const sizes = SIZES.filter((n) => n <= rows);
  if (sizes.length > 0) return sizes;
  throw new EigenviewError('OUT_OF_RANGE', 'The data set is too small for the study.', {
    argument: 'data',
    expected: `at least ${SIZES[0]} rows`,
    received: String(rows),
  });
}
