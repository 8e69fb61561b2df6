// Counter-based random numbers: Philox 4×32-10 (Salmon et al., SC 2011), the same numbers as src/runtime/random.ts.
//
// Key: the seed's low and high word. Counter: (block, sample low, sample high, stream). One counter value gives four
// words and from them two 53-bit uniforms u ∈ (0, 1], v ∈ [0, 1), and the normals √(−2 ln u) cos 2πv and
// √(−2 ln u) sin 2πv of coordinates 2·block and 2·block + 1. Every number is a function of (seed, sample, stream,
// coordinate) alone, so no order of work can change it.
#pragma once

#include <cstdint>

namespace eigenview {

struct Stream {
  uint64_t seed;
  uint32_t stream;
};

// The four words of one counter value.
void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]);

// The words of blocks [block, block + blocks) of one sample; out: 4·blocks words.
void words(Stream stream, uint64_t sample, uint32_t block, int64_t blocks, uint32_t* out);

// Standard normals of coordinates [2·block, 2·block + 2·blocks) of one sample; out: 2·blocks doubles.
void normals(Stream stream, uint64_t sample, uint32_t block, int64_t blocks, double* out);

}  // namespace eigenview
