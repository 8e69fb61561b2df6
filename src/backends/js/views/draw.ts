/** Random numbers of one view; the layout is that of native/core/views/draw.h. */
import { philox } from '../../../runtime/random.js';

const TWO_32 = 2 ** 32;
const TWO_24 = 2 ** 24;

/** Which numbers: those of a step, in a view of a sample. */
export interface Draw {
  readonly seed: number;
  readonly sample: number;
  readonly view: number;
  readonly step: number;
}

// One scratch block: nothing here awaits, so no two calls share it.
const block = new Uint32Array(4);

function fill({ seed, sample, view, step }: Draw, index: number): void {
  philox(step * TWO_24 + index, sample, Math.floor(sample / TWO_32), view, seed, Math.floor(seed / TWO_32), block);
}

/** Uniform i alone, in [0, 1). */
export function uniform(draw: Draw, i: number): number {
  fill(draw, Math.floor(i / 4));
  return (block[i % 4] as number) / TWO_32;
}

/** Uniforms [first, first + out.length), first a multiple of 4. */
export function uniforms(draw: Draw, first: number, out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i++) {
    if (i % 4 === 0) fill(draw, (first + i) / 4);
    out[i] = (block[i % 4] as number) / TWO_32;
  }
  return out;
}

/** Normals [first, first + out.length), first a multiple of 4. */
export function normals(draw: Draw, first: number, out: Float64Array): Float64Array {
  for (let i = 0; i < out.length; i += 2) {
    if (i % 4 === 0) fill(draw, (first + i) / 4);
    const radius = Math.sqrt(-2 * Math.log(((block[i % 4] as number) + 1) / TWO_32));
    const angle = (2 * Math.PI * (block[(i % 4) + 1] as number)) / TWO_32;
    out[i] = radius * Math.cos(angle);
    // Beyond an odd length the write is ignored, as for any typed array.
    out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}
