import { uniforms } from '../draw.js';
import { clip } from './clip.js';
import type { ImageTransform } from './image.js';
import { modeProbability, poisson } from './poisson.js';

/**
 * `shotNoise`; parameters: photons k that a white pixel counts on average. Number i of the image, clipped first, becomes
 * clip(white·Poisson(k xᵢ/white)/k), the Poisson number that {@link poisson} gives for the 53 bits of uniforms 2i and 2i + 1:
 * (⌊2²⁷ u_2i⌋·2²⁶ + ⌊2²⁶ u_{2i+1}⌋)/2⁵³.
 */
export const shotNoise: ImageTransform = ({ white }, parameters) => {
  const [photons] = parameters as unknown as [number];
  const modes = Array.from({ length: Math.floor(photons) + 1 }, (_, m) => modeProbability(m));
  return (draw, x, y) => {
    const u = uniforms(draw, 0, new Float64Array(2 * y.length));
    for (let i = 0; i < y.length; i++) {
      const rate = (clip(x[i] as number, white) / white) * photons;
      const bits =
        Math.floor(2 ** 27 * (u[2 * i] as number)) * 2 ** 26 + Math.floor(2 ** 26 * (u[2 * i + 1] as number));
      const count = Number.isNaN(rate) ? rate : poisson(rate, bits * 2 ** -53, modes);
      y[i] = clip((count / photons) * white, white);
    }
  };
};
