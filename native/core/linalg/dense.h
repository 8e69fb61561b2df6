// Shared by the decompositions: row-major products, norms that neither overflow nor underflow, the sign rule,
// workspace sizes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "../buffer.h"
#include "../failure.h"
#include "../lapack.h"

namespace eigenview {

constexpr double kEps = std::numeric_limits<double>::epsilon();

// C (m×n, row-major, leading dimension ldc) = alpha op(A) op(B) + beta C.
inline void multiply(bool ta, bool tb, int m, int n, int k, double alpha, const double* a, int lda, const double* b,
                     int ldb, double beta, double* c, int ldc) {
  lapack::gemm(tb ? 'T' : 'N', ta ? 'T' : 'N', n, m, k, alpha, b, ldb, a, lda, beta, c, ldc);
}

// NaN if any is: without its sign, a number's bits order as the number does, and those of NaN last.
inline double max_abs(const double* x, int64_t n) {
  uint64_t largest = 0;
  for (int64_t i = 0; i < n; i++) {
    uint64_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    largest = std::max(largest, bits & 0x7fffffffffffffffu);
  }
  double result;
  std::memcpy(&result, &largest, sizeof result);
  return result;
}

// Frobenius norm of n numbers, scaled by a power of two near the largest. Eight sums, so that compilers vectorise.
inline double norm(const double* x, int64_t n) {
  const double largest = max_abs(x, n);
  if (largest == 0 || !std::isfinite(largest)) return largest;
  const int exponent = std::ilogb(largest);
  // Both factors are finite and above 0 even where 2^-exponent would not be.
  const double half = std::ldexp(1.0, -(exponent / 2)), other = std::ldexp(1.0, -(exponent - exponent / 2));
  double sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int64_t j = 0; j < 8; j++) {
      const double t = x[i + j] * half * other;
      sums[j] += t * t;
    }
  }
  for (; i < n; i++) {
    const double t = x[i] * half * other;
    sums[0] += t * t;
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum) / half / other;
}

inline Matrix transposed(const Matrix& a) {
  Matrix t(a.cols, a.rows);
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t j = 0; j < a.cols; j++) t(j, i) = a(i, j);
  }
  return t;
}

// The largest absolute row sum of a row-major n×n matrix (its 1-norm too when symmetric).
inline double row_sum_norm(const double* a, int n) {
  double largest = 0;
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++) sum += std::fabs(a[i * n + j]);
    largest = std::max(largest, sum);
  }
  return largest;
}

inline double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }

// The component that fixes the sign: the first whose magnitude is within 1e-8 of the largest, so that a tie falls the
// same way whatever the rounding.
inline int64_t leading(const double* v, int64_t n) {
  const double threshold = (1 - 1e-8) * max_abs(v, n);
  int64_t i = 0;
  while (i + 1 < n && std::fabs(v[i]) < threshold) i++;
  return i;
}

inline double sign_of(const double* v, int64_t n) { return v[leading(v, n)] < 0 ? -1 : 1; }

inline void scale(double* x, int64_t n, double factor) {
  for (int64_t i = 0; i < n; i++) x[i] *= factor;
}

// Squares of elements beyond these bounds would overflow or underflow. Such a matrix is decomposed as 2^-e times itself,
// which is exact, with e = excess(a) (else 0; always even, so that roots of 2^e are exact too). LAPACK may never return on
// NaN, and every decomposition begins here: throws not_finite.
inline int excess(const Matrix& a) {
  const double largest = max_abs(a.data.data(), a.size());
  if (!std::isfinite(largest)) throw Failure(Status::not_finite);
  if (largest == 0 || (largest > 1e-100 && largest < 1e100)) return 0;
  return std::ilogb(largest) / 2 * 2;
}

inline Matrix times_power_of_two(const Matrix& a, int exponent) {
  Matrix scaled(a.rows, a.cols);
  for (int64_t i = 0; i < a.size(); i++) scaled.data[i] = std::ldexp(a.data[i], exponent);
  return scaled;
}

inline void check_range(const double* x, int64_t n) {
  if (!std::isfinite(max_abs(x, n))) throw Failure(Status::out_of_range);
}

// Moves results back; they may not fit.
inline void multiply_power_of_two(double* x, int64_t n, int exponent) {
  for (int64_t i = 0; i < n; i++) x[i] = std::ldexp(x[i], exponent);
  check_range(x, n);
}

// decompose(2^-e a) for e = excess(a) ≠ 0, and an eigenvalue that it fails with moved back.
template <class Decompose>
auto decompose_scaled(const Matrix& a, int e, const Decompose& decompose) {
  try {
    return decompose(times_power_of_two(a, -e));
  } catch (Failure& failure) {
    if (failure.value) failure.value = std::ldexp(*failure.value, e);
    throw;
  }
}

// LAPACK reports workspace sizes as doubles, and counts them in 32-bit integers.
inline int workspace(double size) {
  if (!(size < static_cast<double>(std::numeric_limits<int>::max()))) throw Failure(Status::too_large);
  return static_cast<int>(size);
}

inline void check(int info) {
  if (info > 0) throw Failure(Status::no_convergence);
  if (info < 0) throw Failure(Status::internal);
}

}  // namespace eigenview
