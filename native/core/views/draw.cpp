#include "draw.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../clones.h"
#include "../random.h"

namespace eigenview {
namespace {

constexpr int64_t kBatch = 128;  // words

EIGENVIEW_INLINE uint32_t to_bits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}

EIGENVIEW_INLINE float from_bits(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

// By bits: a branch, or what a compiler makes one, would end the vectorisation. `mask` is all ones or all zeros.
EIGENVIEW_INLINE float select(uint32_t mask, float a, float b) {
  return from_bits((to_bits(a) & mask) | (to_bits(b) & ~mask));
}

// −2 ln u for u = (w + 1)/2³². u = 2^e m with m ∈ [√½, √2), ln m = 2 artanh s with s = f/(2 + f), f = m − 1. Near u = 1,
// where u has lost the digits of f, it comes from 1 − u = ~w/2³²: so the result is relatively accurate everywhere.
EIGENVIEW_INLINE float minus_two_log(uint32_t w) {
  const float u = (static_cast<float>(w) + 1.0f) * 0x1p-32f;
  const uint32_t shifted = to_bits(u) + (0x3f800000u - 0x3f3504f3u);
  const int32_t exponent = static_cast<int32_t>(shifted >> 23) - 127;
  const float m = from_bits((shifted & 0x007fffffu) + 0x3f3504f3u);
  const float near_one = -static_cast<float>(~w) * 0x1p-32f;
  const float f = select(0u - static_cast<uint32_t>(exponent == 0), near_one, m - 1.0f);
  const float s = f / (2.0f + f), z = s * s;
  float p = 1.0f / 11;
  p = p * z + 1.0f / 9;
  p = p * z + 1.0f / 7;
  p = p * z + 1.0f / 5;
  p = p * z + 1.0f / 3;
  p = p * z * s + s;
  return -2.0f * (static_cast<float>(exponent) * 0.69314718056f + 2.0f * p);
}

// cos and sin of 2πv for v = w/2³²: the nearest quarter turn, and what remains as a whole number of 2⁻³² turns.
EIGENVIEW_INLINE void cos_sin_turn(uint32_t w, float& cosine, float& sine) {
  const uint32_t nearest = w + 0x20000000u;
  const uint32_t quadrant = nearest >> 30;
  const int32_t rest = static_cast<int32_t>(w - (nearest & 0xc0000000u));
  const float x = static_cast<float>(rest) * (6.28318530718f * 0x1p-32f), z = x * x;
  float s = 1.0f / 362880;
  s = s * z - 1.0f / 5040;
  s = s * z + 1.0f / 120;
  s = s * z - 1.0f / 6;
  s = s * z * x + x;
  float c = -1.0f / 3628800;
  c = c * z + 1.0f / 40320;
  c = c * z - 1.0f / 720;
  c = c * z + 1.0f / 24;
  c = c * z - 0.5f;
  c = c * z + 1.0f;
  const uint32_t odd = 0u - (quadrant & 1);
  cosine = from_bits(to_bits(select(odd, s, c)) ^ (((quadrant + 1) & 2) << 30));
  sine = from_bits(to_bits(select(odd, c, s)) ^ ((quadrant & 2) << 30));
}

// kBatch normals from kBatch words. Each pair, of words and of normals, is moved as one number of 64 bits, which vectorises.
EIGENVIEW_CLONES void box_muller(const uint32_t* words, float* out) {
  alignas(64) uint64_t pairs[kBatch / 2];
  std::memcpy(pairs, words, sizeof(pairs));
  for (int64_t i = 0; i < kBatch / 2; i++) {
    float cosine, sine;
    cos_sin_turn(static_cast<uint32_t>(pairs[i] >> 32), cosine, sine);
    const float radius = std::sqrt(minus_two_log(static_cast<uint32_t>(pairs[i])));
    pairs[i] = static_cast<uint64_t>(to_bits(radius * cosine)) | static_cast<uint64_t>(to_bits(radius * sine)) << 32;
  }
  std::memcpy(out, pairs, sizeof(pairs));
}

uint32_t block_of(const Draw& draw, int64_t word) {
  return (draw.step << 24) + static_cast<uint32_t>(word / 4);
}

}  // namespace

void words(const Draw& draw, int64_t first, int64_t count, uint32_t* out) {
  words(Stream{draw.seed, draw.view}, draw.sample, block_of(draw, first), (count + 3) / 4, out);
}

double uniform(const Draw& draw, int64_t i) {
  const uint32_t key[2] = {static_cast<uint32_t>(draw.seed), static_cast<uint32_t>(draw.seed >> 32)};
  const uint32_t counter[4] = {block_of(draw, i), static_cast<uint32_t>(draw.sample),
                               static_cast<uint32_t>(draw.sample >> 32), draw.view};
  uint32_t block[4];
  philox(key, counter, block);
  return block[i % 4] * 0x1p-32;
}

void uniforms(const Draw& draw, int64_t first, int64_t count, double* out) {
  uint32_t batch[kBatch];
  for (int64_t done = 0; done < count; done += kBatch) {
    const int64_t step = std::min(kBatch, count - done);
    words(draw, first + done, step, batch);
    for (int64_t i = 0; i < step; i++) out[done + i] = batch[i] * 0x1p-32;
  }
}

void normals(const Draw& draw, int64_t first, int64_t count, float* out) {
  // Of the last lot, fewer words may be drawn than are computed with.
  alignas(64) uint32_t batch[kBatch] = {};
  for (; count >= kBatch; count -= kBatch, first += kBatch, out += kBatch) {
    words(draw, first, kBatch, batch);
    box_muller(batch, out);
  }
  if (count == 0) return;
  float rest[kBatch];
  words(draw, first, count, batch);
  box_muller(batch, rest);
  std::copy_n(rest, count, out);
}

}  // namespace eigenview
