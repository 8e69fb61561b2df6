// Random numbers of one view: a function of (seed, sample, view, step, index), whatever is drawn before, beside or after it.
//
// A view process is a tree of steps (step.h), numbered in preorder. Step s draws from Philox blocks [s·2²⁴, (s + 1)·2²⁴) of
// the sample in stream `view` (random.h): its word i is word i mod 4 of block s·2²⁴ + ⌊i/4⌋. From them come
//   uniform i = w_i / 2³², in [0, 1);
//   normals 2k and 2k + 1 = √(−2 ln u) cos 2πv and √(−2 ln u) sin 2πv, u = (w_2k + 1)/2³², v = w_{2k+1}/2³² (Box–Muller).
// Normals are computed in single precision (to 1e-6; the largest is 6.7): they need half the words and a third of the time of
// those in random.h. The same numbers as src/backends/js/views/draw.ts, which computes in double precision.
#pragma once

#include <cstdint>

namespace eigenview {

struct Draw {
  uint64_t seed = 0;
  uint64_t sample = 0;
  uint32_t view = 0;
  uint32_t step = 0;

  Draw at(uint32_t other) const { return {seed, sample, view, other}; }
};

// Steps of a tree, and words of a step.
constexpr uint32_t kSteps = 256;
constexpr int64_t kWordsPerStep = int64_t{1} << 26;

// Words [first, first + count); first a multiple of 4. out: count rounded up to a multiple of 4.
void words(const Draw& draw, int64_t first, int64_t count, uint32_t* out);

// Uniform i alone.
double uniform(const Draw& draw, int64_t i);

// Uniforms [first, first + count), first a multiple of 4.
void uniforms(const Draw& draw, int64_t first, int64_t count, double* out);

// Normals [first, first + count), first a multiple of 4; out: count floats.
void normals(const Draw& draw, int64_t first, int64_t count, float* out);

}  // namespace eigenview
