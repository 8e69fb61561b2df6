import { normals, uniforms } from '../draw.js';
import { clip } from './clip.js';
import type { ImageTransform } from './image.js';

/** `gaussianNoise`; parameters: σ in the units of the pixels, whether to clip. Number i of the image becomes xᵢ + σ·normal i. */
export const gaussianNoise: ImageTransform = ({ white }, parameters) => {
  const [std, clipped] = parameters as unknown as [number, number];
  return (draw, x, y) => {
    normals(draw, 0, y);
    for (let i = 0; i < y.length; i++) {
      const noisy = (x[i] as number) + std * (y[i] as number);
      y[i] = clipped ? clip(noisy, white) : noisy;
    }
  };
};

/** `speckleNoise`; parameters: σ. Number i of the image becomes clip(xᵢ + xᵢ·σ·normal i). */
export const speckleNoise: ImageTransform = ({ white }, parameters) => {
  const [std] = parameters as unknown as [number];
  return (draw, x, y) => {
    normals(draw, 0, y);
    for (let i = 0; i < y.length; i++) {
      const pixel = x[i] as number;
      y[i] = clip(pixel + pixel * std * (y[i] as number), white);
    }
  };
};

/**
 * `impulseNoise`; parameters: share p of the numbers that are hit. With uniform i, number i of the image becomes black below
 * p/2, white in [p/2, p), and is clipped otherwise. Channels are hit independently.
 */
export const impulseNoise: ImageTransform = ({ white }, parameters) => {
  const [share] = parameters as unknown as [number];
  return (draw, x, y) => {
    uniforms(draw, 0, y);
    for (let i = 0; i < y.length; i++) {
      const u = y[i] as number;
      y[i] = u < share / 2 ? 0 : u < share ? white : clip(x[i] as number, white);
    }
  };
};
