/**
 * The alignment study's protocol: the linear simulations of JE-vs-RC (NeurIPS 2025, section 5) on real data.
 *
 * Signal: the data's first principal components. Noise: appended coordinates, N(0, Γ). Augmentation: Σ = Θ + α²Γ. For each
 * problem the model learned on corrupted data is compared with the one learned on clean data. The numbers below are the
 * paper's.
 */
export type Problem = 'supervised' | 'joint-embedding' | 'reconstruction';
export const PROBLEMS: readonly Problem[] = ['supervised', 'joint-embedding', 'reconstruction'];

/** Noise levels: Γ's eigenvalues are uniform on [0, this], in squared units of the data (pixels: 0–255). */
export const NOISES: readonly number[] = [1e3, 1e6];

/** Θ levels: Θ's eigenvalues are uniform on [0, this]. */
export const THETAS: readonly number[] = [1e4];

/** Alignments α. */
export const ALPHAS: readonly number[] = [0.1, 1, 10];

/** Principal components kept, and the dimension k of the encoders. */
export const SIGNAL_DIMS = 50;

/** Appended noise coordinates. */
export const NOISE_DIMS = 50;

export const SEEDS = 3;

/** Sample sizes n = 100·2ʲ. */
export const SIZES: readonly number[] = Array.from({ length: 10 }, (_, j) => 100 * 2 ** j);
