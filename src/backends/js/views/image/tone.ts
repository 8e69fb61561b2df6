import { clip } from './clip.js';
import { type Hsv, toHsv, toRgb } from './colour.js';
import type { ImageTransform } from './image.js';

/**
 * `brightness`; parameters: what is added, in the units of the pixels. The HSV value of each pixel, clipped first, is raised by
 * it, at most to white; hue and saturation stay. In one channel the pixel is its value.
 */
export const brightness: ImageTransform = ({ channels, white }, parameters) => {
  const [added] = parameters as unknown as [number];
  if (channels === 3) return recolour(white, ({ h, s, v }) => ({ h, s, v: clip(v + added, white) }));
  return (_, x, y) => y.set(x.map((pixel) => clip(clip(pixel, white) + added, white)));
};

/**
 * `saturate`; parameters: a, b. The HSV saturation of each pixel, clipped first, becomes a s + b, at most 1; hue and value
 * stay. Grey has the hue of red.
 */
export const saturate: ImageTransform = ({ white }, parameters) => {
  const [factor, added] = parameters as unknown as [number, number];
  return recolour(white, ({ h, s, v }) => ({ h, s: clip(s * factor + added, 1), v }));
};

/** `contrast`; parameters: factor c. Number x becomes clip(c x + (1 − c) μ), μ the mean of its channel. */
export const contrast: ImageTransform = ({ channels, white }, parameters) => {
  const [factor] = parameters as unknown as [number];
  return (_, x, y) => {
    const plane = x.length / channels;
    for (let c = 0; c < channels; c++) {
      const channel = x.subarray(c * plane, (c + 1) * plane);
      const mean = channel.reduce((a, b) => a + b) / plane;
      y.set(
        channel.map((pixel) => clip((pixel - mean) * factor + mean, white)),
        c * plane,
      );
    }
  };
};

function recolour(white: number, change: (colour: Hsv) => Hsv): ReturnType<ImageTransform> {
  return (_, x, y) => {
    const plane = x.length / 3;
    for (let i = 0; i < plane; i++) {
      const [r, g, b] = [0, 1, 2].map((c) => clip(x[c * plane + i] as number, white)) as [number, number, number];
      toRgb(change(toHsv(r, g, b))).forEach((value, c) => {
        y[c * plane + i] = clip(value, white);
      });
    }
  };
}
