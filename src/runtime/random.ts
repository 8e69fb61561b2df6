/**
 * Philox 4×32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter in, four
 * random words out, no state. Any number of the stream is available without drawing those before it.
 *
 * Layout, shared with native/core/random.h: the key is the seed's (low, high) word; the counter is (block, low word of
 * the sample, high word of the sample, stream). A block serves coordinates 2·block and 2·block + 1. From its words
 * r0…r3 come two 53-bit integers a = (r0 ≫ 5)·2²⁶ + (r1 ≫ 6) and b = (r2 ≫ 5)·2²⁶ + (r3 ≫ 6):
 *
 * - uniforms a/2⁵³ and b/2⁵³, both in [0, 1);
 * - normals √(−2 ln u₁) cos 2πu₂ and √(−2 ln u₁) sin 2πu₂ (Box–Muller), u₁ = (a + 1)/2⁵³ in (0, 1], u₂ = b/2⁵³.
 */

/** Streams that are not view indices; those take 0 … 2³¹ − 1. */
export const STREAMS = {
  /** Noise that corrupts a data set. */
  corruption: 2 ** 31,
  /** Normals of the built-in data set. */
  builtIn: 2 ** 31 + 1,
  /** Which rows a subset takes. */
  subset: 2 ** 31 + 2,
  /** Random eigenvalues of noise and augmentation covariances. */
  spectrum: 2 ** 31 + 3,
  /** Classes of the built-in data set. */
  builtInClass: 2 ** 31 + 4,
  /** Which samples' views are kept for standard errors. */
  kept: 2 ** 31 + 5,
  /** Where a flow starts. */
  start: 2 ** 31 + 6,
  /** Frequencies and phases of random features. */
  features: 2 ** 31 + 7,
  /** Directions that embeddings are projected on. */
  directions: 2 ** 31 + 8,
  /** Which rows a minibatch takes. */
  batches: 2 ** 31 + 9,
} as const;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const TWO_32 = 2 ** 32;
const TWO_26 = 2 ** 26;
const TWO_MINUS_53 = 2 ** -53;

/** The four words of counter (c0, c1, c2, c3) under key (k0, k1), written to `out`. Arguments count modulo 2³². */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): Uint32Array {
  // A seed just below 2⁵³ plus a Weyl constant would lose its last bits; all else is taken modulo 2³² where it is used.
  k0 |= 0;
  k1 |= 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highWord(c0, MULTIPLIER_0);
    const high1 = highWord(c2, MULTIPLIER_1);
    const low0 = Math.imul(c0, MULTIPLIER_0);
    const low1 = Math.imul(c2, MULTIPLIER_1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

/** ⌊a·b / 2³²⌋ mod 2³² of two words, from 16-bit halves: no partial sum exceeds 2³² − 1, so wrapping loses nothing. */
function highWord(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

// One scratch block: nothing here awaits, so no two calls share it.
const words = new Uint32Array(4);

function draw(seed: number, sample: number, stream: number, block: number): void {
  philox(block, sample, Math.floor(sample / TWO_32), stream, seed, Math.floor(seed / TWO_32), words);
}

/** 53 random bits from words 2·half and 2·half + 1 of the last block. */
function bits53(half: 0 | 1): number {
  const upper = words[2 * half] as number;
  const lower = words[2 * half + 1] as number;
  return (upper >>> 5) * TWO_26 + (lower >>> 6);
}

/**
 * Standard normals for coordinates 0 … out.length − 1 of one sample.
 *
 * @example
 * ```ts
 * const z = normal(7, 0, STREAMS.corruption, new Float64Array(3)); // the same three numbers everywhere
 * ```
 */
export function normal(seed: number, sample: number, stream: number, out: Float64Array): Float64Array {
  for (let block = 0; 2 * block < out.length; block++) {
    draw(seed, sample, stream, block);
    const radius = Math.sqrt(-2 * Math.log((bits53(0) + 1) * TWO_MINUS_53));
    const angle = 2 * Math.PI * (bits53(1) * TWO_MINUS_53);
    out[2 * block] = radius * Math.cos(angle);
    // Beyond an odd length the write is ignored, as for any typed array.
    out[2 * block + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** Uniforms in [0, 1) for coordinates 0 … out.length − 1 of one sample. */
export function uniform(seed: number, sample: number, stream: number, out: Float64Array): Float64Array {
  for (let block = 0; 2 * block < out.length; block++) {
    draw(seed, sample, stream, block);
    out[2 * block] = bits53(0) * TWO_MINUS_53;
    out[2 * block + 1] = bits53(1) * TWO_MINUS_53;
  }
  return out;
}

/** A uniformly random order of 0 … n − 1 (Fisher–Yates), n ≤ 2³². Draws words of sample 0. */
export function permutation(seed: number, n: number, stream: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const next = wordSource(seed, stream);
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1, next);
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** The words of sample 0, block after block. */
function wordSource(seed: number, stream: number): () => number {
  const buffer = new Uint32Array(4);
  let drawn = 0;
  return () => {
    if (drawn % 4 === 0) philox(drawn / 4, 0, 0, stream, seed, Math.floor(seed / TWO_32), buffer);
    return buffer[drawn++ % 4] as number;
  };
}

/** A uniform integer in [0, bound): words beyond the last whole multiple of `bound` are rejected, so none is favoured. */
function below(bound: number, next: () => number): number {
  const limit = TWO_32 - (TWO_32 % bound);
  let word = next();
  while (word >= limit) word = next();
  return word % bound;
}
