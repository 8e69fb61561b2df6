import type { ErrorCode } from '../errors.js';
import type { Problem } from './protocol.js';

/** Where in the grid of a study a result stands. */
export interface CellCoordinates {
  problem: Problem;
  /** Scale of Γ: its eigenvalues are uniform on [0, noise] on the noise coordinates. In squared units of the data. */
  noise: number;
  /** Scale of Θ: its eigenvalues are uniform on [0, theta] on all coordinates. In squared units of the data. */
  theta: number;
  /** Dimension of the encoder. */
  k: number;
  /** Alignment: the augmentation is Σ = Θ + α²Γ. */
  alpha: number;
  /** Sample size. */
  n: number;
  seed: number;
}

/** One result of the study. */
export interface StudyCell extends CellCoordinates {
  /** |loss of the model learned on corrupted data − loss of the one learned on clean data|, each on its own data. */
  distance: number;
  /** Sine of the largest principal angle between the learned row space and the signal space. */
  angle: number;
  /**
   * This seed's threshold on α² (signed), as its first n rows tell it; null for the supervised problem, which has none, and
   * where these rows have fewer directions of signal than k.
   */
  threshold: number | null;
  /** Whether theory says that this α recovers the signal as n → ∞; null where there is no threshold to tell by. */
  recovers: boolean | null;
}

/** A cell that could not be computed. */
export interface FailedCell extends CellCoordinates {
  error: { code: ErrorCode; message: string };
}
