import { Matrix } from '../matrix/matrix.js';
import type { LabelledSource } from './source.js';

/** The weights of red, green and blue in luma (ITU-R BT.601). */
const WEIGHTS = [0.299, 0.587, 0.114] as const;

/** Images of three colour planes as one plane of luma: rows a third as long, in the same unit. */
export function toGrey(images: LabelledSource): LabelledSource {
  const cols = images.cols / 3;
  return {
    ...images,
    cols,
    ...(images.rowShape && { rowShape: images.rowShape.slice(1) }),
    async *[Symbol.asyncIterator]() {
      for await (const chunk of images) yield grey(chunk, cols);
    },
  };
}

function grey({ rows, data }: Matrix, pixels: number): Matrix {
  const [red, green, blue] = WEIGHTS;
  const out = new Float32Array(rows * pixels);
  for (let i = 0; i < rows; i++) {
    const start = 3 * i * pixels;
    for (let p = 0; p < pixels; p++) {
      const [r, g, b] = [start + p, start + pixels + p, start + 2 * pixels + p];
      out[i * pixels + p] = red * (data[r] as number) + green * (data[g] as number) + blue * (data[b] as number);
    }
  }
  return new Matrix(rows, pixels, out);
}
