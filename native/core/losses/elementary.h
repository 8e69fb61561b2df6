// exp, sine and cosine without branches or table look-ups, so that loops over them vectorise (clones.h). Within 2 units in
// the last place of the C library's (native/test/losses.cpp); reductions and kernels after fdlibm (Sun Microsystems, 1993).
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "../clones.h"

namespace eigenview::losses {

// Adding and subtracting it rounds |x| < 2^51 to an integer, whose low bits the sum's bits then are.
constexpr double kRounder = 0x1.8p52;

EIGENVIEW_INLINE uint64_t bits_of(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, 8);
  return bits;
}

EIGENVIEW_INLINE double from_bits(uint64_t bits) {
  double x;
  std::memcpy(&x, &bits, 8);
  return x;
}

// Below this exp is taken as 0: it would be subnormal.
constexpr double kExpZero = -708;

// e^x for x ≤ 709. x = n ln 2 + r with |r| ≤ ½ ln 2, the Taylor series of e^r to r¹³ off by less than 5e-18.
EIGENVIEW_INLINE double exp_of(double x) {
  const double bounded = x < kExpZero ? kExpZero : x;
  const double shifted = bounded * 1.44269504088896338700e+00 + kRounder;
  const double n = shifted - kRounder;
  // The leading part of ln 2 has 32 bits, so that its products with n are exact.
  const double r = (bounded - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * (r * r) + r + 1;
  // n + 1023 as the exponent of a power of two: the rounder's own low bits are 0.
  const double power = from_bits((bits_of(shifted) + 1023) << 52);
  return x < kExpZero ? 0 : p * power;
}

// The largest angle that sin_cos reduces without loss.
constexpr double kLargestAngle = 1e5;

// x = q π/2 + r with |r| ≤ π/4 for |x| ≤ kLargestAngle, π/2 in parts of 33 bits, whose products with q are exact; what the
// second difference rounds off is made up for in the third.
EIGENVIEW_INLINE void sin_cos(double x, double& sine, double& cosine) {
  const double shifted = x * 6.36619772367581382433e-01 + kRounder;
  const double q = shifted - kRounder;
  const uint64_t quadrant = bits_of(shifted);
  const double first = x - q * 1.57079632673412561417e+00;
  const double second = first - q * 6.07710050630396597660e-11;
  const double lost = (first - second) - q * 6.07710050630396597660e-11;
  const double r = second + (lost - q * 2.02226624879595063154e-21);
  const double z = r * r;
  double s = 1.58969099521155010221e-10;
  s = s * z - 2.50507602534068634195e-08;
  s = s * z + 2.75573137070700676789e-06;
  s = s * z - 1.98412698298579493134e-04;
  s = s * z + 8.33333333332248946124e-03;
  s = s * z - 1.66666666666666324348e-01;
  s = s * (z * r) + r;
  double c = -1.13596475577881948265e-11;
  c = c * z + 2.08757232129817482790e-09;
  c = c * z - 2.75573143513906633035e-07;
  c = c * z + 2.48015872894767294178e-05;
  c = c * z - 1.38888888888741095749e-03;
  c = c * z + 4.16666666666666019037e-02;
  // 1 − z/2 rounds; what it lost is added back.
  const double half = 0.5 * z, near = 1 - half;
  c = near + (((1 - near) - half) + c * (z * z));
  const uint64_t odd = 0 - (quadrant & 1);
  const uint64_t sine_bits = (bits_of(c) & odd) | (bits_of(s) & ~odd);
  const uint64_t cosine_bits = (bits_of(s) & odd) | (bits_of(c) & ~odd);
  sine = from_bits(sine_bits ^ ((quadrant & 2) << 62));
  cosine = from_bits(cosine_bits ^ (((quadrant + 1) & 2) << 62));
}

}  // namespace eigenview::losses
