/** Colours of a pixel. */

/** ITU-R 601-2. */
export function luma(r: number, g: number, b: number): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/**
 * Hue in turns, [0, 1), red at 0; saturation in [0, 1]; value in the units of r, g, b. Grey has hue 0, black also
 * saturation 0.
 */
export interface Hsv {
  h: number;
  s: number;
  v: number;
}

export function toHsv(r: number, g: number, b: number): Hsv {
  const v = Math.max(r, g, b);
  const chroma = v - Math.min(r, g, b);
  if (chroma === 0) return { h: 0, s: 0, v };
  const sixths = v === r ? (g - b) / chroma : v === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
  return { h: wrap(sixths / 6), s: v === 0 ? chroma : chroma / v, v };
}

/** [red, green, blue] = v − v s·clamp(min(k, 4 − k), 0, 1) at k = n + 6h mod 6 for n = 5, 3, 1. */
export function toRgb({ h, s, v }: Hsv): [number, number, number] {
  const channel = (n: number) => {
    const k = (n + 6 * h) % 6;
    return v - v * s * Math.min(Math.max(Math.min(k, 4 - k), 0), 1);
  };
  return [channel(5), channel(3), channel(1)];
}

/** Hue h ∈ [−1, 2) in [0, 1). */
export function wrap(h: number): number {
  const positive = h < 0 ? h + 1 : h;
  return positive >= 1 ? positive - 1 : positive;
}
