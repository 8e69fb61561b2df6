import { clip } from './clip.js';
import type { ImageTransform } from './image.js';
import { plasma } from './plasma.js';

/**
 * `fog`; parameters: strength a in the units of the pixels, decay of the wibble. With F the top left part of a plasma fractal
 * ({@link plasma}) whose side is the least power of two that covers the image, and m the greatest number of the image, at
 * least 0, number x becomes clip((x + a F)·m/(m + a)), F the same for all channels.
 */
export const fog: ImageTransform = ({ width, height, white }, parameters) => {
  const [strength, decay] = parameters as unknown as [number, number];
  let side = 1;
  while (side < Math.max(width, height)) side *= 2;
  return (draw, x, y) => {
    const map = plasma(draw, side, decay);
    // A comparison that is false for NaN, so that one pixel does not spoil all.
    const greatest = x.reduce((a, b) => (b > a ? b : a), 0);
    for (let i = 0; i < y.length; i++) {
      const density = map[(Math.floor(i / width) % height) * side + (i % width)] as number;
      y[i] = clip(((x[i] as number) + strength * density) * (greatest / (greatest + strength)), white);
    }
  };
};
