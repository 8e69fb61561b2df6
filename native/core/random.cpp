#include "random.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "clones.h"

namespace eigenview {
namespace {

constexpr int64_t kLanes = 32;
constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2⁻⁵³

struct Words {
  alignas(64) uint64_t w[4][kLanes];  // 32-bit words, held wide so that products need no conversion
};

EIGENVIEW_INLINE void ten_rounds(uint64_t key0, uint64_t key1, Words& x) {
  constexpr uint64_t mask = 0xffffffffu;
  for (int round = 0; round < 10; round++) {
    for (int64_t i = 0; i < kLanes; i++) {
      const uint64_t p0 = 0xD2511F53u * x.w[0][i];
      const uint64_t p1 = 0xCD9E8D57u * x.w[2][i];
      const uint64_t y0 = (p1 >> 32) ^ x.w[1][i] ^ key0;
      const uint64_t y2 = (p0 >> 32) ^ x.w[3][i] ^ key1;
      x.w[1][i] = p1 & mask;
      x.w[3][i] = p0 & mask;
      x.w[0][i] = y0;
      x.w[2][i] = y2;
    }
    key0 = (key0 + 0x9E3779B9u) & mask;
    key1 = (key1 + 0xBB67AE85u) & mask;
  }
}

// −2 ln u for u ∈ [2⁻⁵³, 1]: u = 2^e m with m ∈ [√½, √2), ln m = 2 artanh s with s = (m − 1)/(m + 1), |s| < 0.1716, whose
// series to s²¹ leaves 2e-18.
EIGENVIEW_INLINE double minus_two_log(double u) {
  uint64_t bits;
  std::memcpy(&bits, &u, 8);
  const uint64_t shifted = bits + (0x3ff0000000000000u - 0x3fe6a09e667f3bcdu);
  const int64_t exponent = static_cast<int64_t>(shifted >> 52) - 1023;
  const uint64_t mantissa = (shifted & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu;
  double m;
  std::memcpy(&m, &mantissa, 8);
  const double s = (m - 1) / (m + 1), z = s * s;
  double p = 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  p = p * z + 1;
  return -2 * (static_cast<double>(exponent) * 0.693147180559945309417 + 2 * s * p);
}

// sin and cos of 2πv: 4v = quadrant + t with |t| ≤ ½, Taylor series of sin and cos at πt/2 (|πt/2| < 0.786) to the
// fifteenth and sixteenth power, off by less than 5e-17.
EIGENVIEW_INLINE void sin_cos_turn(double v, double& sine, double& cosine) {
  const double quarters = 4 * v;
  const double nearest = static_cast<double>(static_cast<int64_t>(quarters + 0.5));
  const int64_t quadrant = static_cast<int64_t>(nearest);
  const double x = (quarters - nearest) * 1.57079632679489661923, z = x * x;
  double s = -1.0 / 1307674368000;
  s = s * z + 1.0 / 6227020800;
  s = s * z - 1.0 / 39916800;
  s = s * z + 1.0 / 362880;
  s = s * z - 1.0 / 5040;
  s = s * z + 1.0 / 120;
  s = s * z - 1.0 / 6;
  s = s * z * x + x;
  double c = 1.0 / 20922789888000;
  c = c * z - 1.0 / 87178291200;
  c = c * z + 1.0 / 479001600;
  c = c * z - 1.0 / 3628800;
  c = c * z + 1.0 / 40320;
  c = c * z - 1.0 / 720;
  c = c * z + 1.0 / 24;
  c = c * z - 0.5;
  c = c * z + 1;
  // Selection by multiplying with 0 and 1 is exact and, unlike a branch, vectorises.
  const double odd = static_cast<double>(quadrant & 1), even = 1 - odd;
  const double sine_sign = static_cast<double>(1 - (quadrant & 2));
  const double cosine_sign = static_cast<double>(1 - ((quadrant + 1) & 2));
  sine = sine_sign * (odd * c + even * s);
  cosine = cosine_sign * (odd * s + even * c);
}

// The words of kLanes blocks.
EIGENVIEW_INLINE void draw(uint64_t seed, uint64_t sample, uint64_t stream, uint64_t block, Words& x) {
  for (int64_t i = 0; i < kLanes; i++) {
    x.w[0][i] = block + static_cast<uint64_t>(i);
    x.w[1][i] = sample & 0xffffffffu;
    x.w[2][i] = sample >> 32;
    x.w[3][i] = stream;
  }
  ten_rounds(seed & 0xffffffffu, seed >> 32, x);
}

// out: 4·kLanes words.
EIGENVIEW_CLONES void lanes_of_words(uint64_t seed, uint64_t sample, uint64_t stream, uint64_t block, uint32_t* out) {
  Words x;
  draw(seed, sample, stream, block, x);
  // Two words at a time, which vectorises; the low one comes first on every processor there is a kernel for.
  alignas(64) uint64_t pairs[2 * kLanes];
  for (int64_t i = 0; i < kLanes; i++) {
    pairs[2 * i] = x.w[0][i] | x.w[1][i] << 32;
    pairs[2 * i + 1] = x.w[2][i] | x.w[3][i] << 32;
  }
  std::memcpy(out, pairs, sizeof(pairs));
}

// kLanes blocks at once; out: 2·kLanes normals.
EIGENVIEW_CLONES void lanes(uint64_t seed, uint64_t sample, uint64_t stream, uint64_t block, double* out) {
  Words x;
  draw(seed, sample, stream, block, x);
  alignas(64) double radius[kLanes];
  for (int64_t i = 0; i < kLanes; i++) {
    const int64_t high = static_cast<int64_t>(((x.w[0][i] >> 5) << 26) + (x.w[1][i] >> 6) + 1);
    radius[i] = std::sqrt(minus_two_log(static_cast<double>(high) * kUnit));
  }
  for (int64_t i = 0; i < kLanes; i++) {
    const int64_t turn = static_cast<int64_t>(((x.w[2][i] >> 5) << 26) + (x.w[3][i] >> 6));
    double sine, cosine;
    sin_cos_turn(static_cast<double>(turn) * kUnit, sine, cosine);
    out[2 * i] = radius[i] * cosine;
    out[2 * i + 1] = radius[i] * sine;
  }
}

}  // namespace

void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t words[4]) {
  Words x = {};
  for (int64_t j = 0; j < 4; j++) x.w[j][0] = counter[j];
  ten_rounds(key[0], key[1], x);
  for (int64_t j = 0; j < 4; j++) words[j] = static_cast<uint32_t>(x.w[j][0]);
}

void words(Stream stream, uint64_t sample, uint32_t block, int64_t blocks, uint32_t* out) {
  uint32_t batch[4 * kLanes];
  for (int64_t done = 0; done < blocks; done += kLanes) {
    lanes_of_words(stream.seed, sample, stream.stream, block + static_cast<uint64_t>(done), batch);
    std::memcpy(out + 4 * done, batch, static_cast<size_t>(4 * std::min(kLanes, blocks - done)) * sizeof(uint32_t));
  }
}

void normals(Stream stream, uint64_t sample, uint32_t block, int64_t blocks, double* out) {
  alignas(64) double batch[2 * kLanes];
  for (int64_t done = 0; done < blocks; done += kLanes) {
    const int64_t count = std::min(kLanes, blocks - done);
    lanes(stream.seed, sample, stream.stream, block + static_cast<uint64_t>(done), batch);
    std::memcpy(out + 2 * done, batch, static_cast<size_t>(2 * count) * sizeof(double));
  }
}

}  // namespace eigenview
