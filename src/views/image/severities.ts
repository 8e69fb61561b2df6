/**
 * Constants of the common corruptions: Hendrycks & Dietterich, "Benchmarking Neural Network Robustness to Common
 * Corruptions and Perturbations", ICLR 2019 (arXiv:1903.12261), as in the generator they published (hendrycks/robustness,
 * ImageNet-C/create_c at 8190fe3: make_imagenet_c.py for 224 pixels, make_tinyimagenet_c.py for 64, make_cifar_c.py for 32).
 * They are for pixels in [0, 1].
 */

/** Severities 1 … 5. */
type Five<T> = readonly [T, T, T, T, T];
type Pairs = Five<readonly [number, number]>;

export interface SeverityConstants {
  /** Standard deviation. */
  gaussianNoise: Five<number>;
  /** Photons that a white pixel counts. */
  shotNoise: Five<number>;
  /** Share of the numbers that are hit. */
  impulseNoise: Five<number>;
  /** Standard deviation in shares of the pixel. */
  speckleNoise: Five<number>;
  /** Side of the small image in shares of the side. */
  pixelate: Five<number>;
  /** The zoom factors go from 1 in steps of the second to below the first. */
  zoomBlur: Pairs;
  /** Radius of the disk, and of its antialiasing, in pixels. */
  defocusBlur: Pairs;
  /** Radius and standard deviation in pixels. */
  motionBlur: Pairs;
  /** Strength, decay of the fractal's wibble. */
  fog: Pairs;
  /** Added to the value. */
  brightness: Five<number>;
  /** Factor about the mean. */
  contrast: Five<number>;
  /** Factor of the saturation, what is added to it. */
  saturate: Pairs;
  /**
   * Size and width of the displacements, shift of the affine map, in shares of the shorter side. (For its 224 pixels the
   * generator takes shares of 244, a slip that it notes.)
   */
  elastic: Five<readonly [number, number, number]>;
}

export type SeverityTable = 224 | 64 | 32;

export const SEVERITIES: Readonly<Record<SeverityTable, SeverityConstants>> = {
  224: {
    gaussianNoise: [0.08, 0.12, 0.18, 0.26, 0.38],
    shotNoise: [60, 25, 12, 5, 3],
    impulseNoise: [0.03, 0.06, 0.09, 0.17, 0.27],
    speckleNoise: [0.15, 0.2, 0.35, 0.45, 0.6],
    pixelate: [0.6, 0.5, 0.4, 0.3, 0.25],
    zoomBlur: [
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.02],
      [1.26, 0.02],
      [1.31, 0.03],
    ],
    defocusBlur: [
      [3, 0.1],
      [4, 0.5],
      [6, 0.5],
      [8, 0.5],
      [10, 0.5],
    ],
    motionBlur: [
      [10, 3],
      [15, 5],
      [15, 8],
      [15, 12],
      [20, 15],
    ],
    fog: [
      [1.5, 2],
      [2, 2],
      [2.5, 1.7],
      [2.5, 1.5],
      [3, 1.4],
    ],
    brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
    contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
    saturate: [
      [0.3, 0],
      [0.1, 0],
      [2, 0],
      [5, 0.1],
      [20, 0.2],
    ],
    elastic: [
      [2, 0.7, 0.1],
      [2, 0.08, 0.2],
      [0.05, 0.01, 0.02],
      [0.07, 0.01, 0.02],
      [0.12, 0.01, 0.02],
    ],
  },
  64: {
    gaussianNoise: [0.04, 0.08, 0.12, 0.15, 0.18],
    shotNoise: [250, 100, 50, 30, 15],
    impulseNoise: [0.01, 0.02, 0.05, 0.08, 0.14],
    speckleNoise: [0.15, 0.2, 0.25, 0.3, 0.35],
    pixelate: [0.9, 0.8, 0.7, 0.6, 0.5],
    zoomBlur: [
      [1.06, 0.01],
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.01],
      [1.26, 0.01],
    ],
    defocusBlur: [
      [0.5, 0.6],
      [1, 0.1],
      [1.5, 0.1],
      [2.5, 0.01],
      [3, 0.1],
    ],
    motionBlur: [
      [10, 1],
      [10, 1.5],
      [10, 2],
      [10, 2.5],
      [12, 3],
    ],
    fog: [
      [0.4, 3],
      [0.7, 3],
      [1, 2.5],
      [1.5, 2],
      [2, 1.75],
    ],
    brightness: [0.1, 0.2, 0.3, 0.4, 0.5],
    contrast: [0.4, 0.3, 0.2, 0.1, 0.05],
    saturate: [
      [0.3, 0],
      [0.1, 0],
      [2, 0],
      [5, 0.1],
      [30, 0.2],
    ],
    elastic: [
      [0, 0, 0.08],
      [0.05, 0.3, 0.06],
      [0.1, 0.08, 0.06],
      [0.1, 0.03, 0.03],
      [0.16, 0.03, 0.02],
    ],
  },
  32: {
    gaussianNoise: [0.04, 0.06, 0.08, 0.09, 0.1],
    shotNoise: [500, 250, 100, 75, 50],
    impulseNoise: [0.01, 0.02, 0.03, 0.05, 0.07],
    speckleNoise: [0.06, 0.1, 0.12, 0.16, 0.2],
    pixelate: [0.95, 0.9, 0.85, 0.75, 0.65],
    zoomBlur: [
      [1.06, 0.01],
      [1.11, 0.01],
      [1.16, 0.01],
      [1.21, 0.01],
      [1.26, 0.01],
    ],
    defocusBlur: [
      [0.3, 0.4],
      [0.4, 0.5],
      [0.5, 0.6],
      [1, 0.2],
      [1.5, 0.1],
    ],
    motionBlur: [
      [6, 1],
      [6, 1.5],
      [6, 2],
      [8, 2],
      [9, 2.5],
    ],
    fog: [
      [0.2, 3],
      [0.5, 3],
      [0.75, 2.5],
      [1, 2],
      [1.5, 1.75],
    ],
    brightness: [0.05, 0.1, 0.15, 0.2, 0.3],
    contrast: [0.75, 0.5, 0.4, 0.3, 0.15],
    saturate: [
      [0.3, 0],
      [0.1, 0],
      [1.5, 0],
      [2, 0.1],
      [2.5, 0.2],
    ],
    elastic: [
      [0, 0, 0.08],
      [0.05, 0.2, 0.07],
      [0.08, 0.06, 0.06],
      [0.1, 0.04, 0.05],
      [0.1, 0.03, 0.03],
    ],
  },
};
