// Algebra on a few long rows: k×n row-major, k the encoders' dimension, over doubles or duals. The inner loops run
// along the rows, without branches, and vectorise inside a clone (clones.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "../buffer.h"
#include "dual.h"

namespace eigenview::dynamics {

// Eight sums, so that compilers vectorise.
EIGENVIEW_INLINE double dot(const double* a, const double* b, int64_t n) {
  double sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int64_t j = 0; j < 8; j++) sums[j] += a[i + j] * b[i + j];
  }
  double rest = 0;
  for (; i < n; i++) rest += a[i] * b[i];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest;
}

template <class Other>
EIGENVIEW_INLINE Dual dot(const Dual* a, const Other* b, int64_t n) {
  Dual even(0), odd(0);
  int64_t i = 0;
  for (; i + 2 <= n; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  if (i < n) even += a[i] * b[i];
  return even + odd;
}

// C (k×k) = A Bᵀ, rows of A n apart, of B `leading`.
template <class T>
EIGENVIEW_INLINE void product(const T* a, const T* b, int64_t leading, int64_t k, int64_t n, T* c) {
  for (int64_t i = 0; i < k; i++) {
    for (int64_t l = 0; l < k; l++) c[i * k + l] = dot(a + i * n, b + l * leading, n);
  }
}

// The same where C is symmetric, of which only one triangle is summed.
template <class T>
EIGENVIEW_INLINE void symmetric_product(const T* a, const T* b, int64_t leading, int64_t k, int64_t n, T* c) {
  for (int64_t i = 0; i < k; i++) {
    for (int64_t l = 0; l <= i; l++) {
      const T sum = dot(a + i * n, b + l * leading, n);
      c[i * k + l] = sum;
      c[l * k + i] = sum;
    }
  }
}

// out += Σ_l coefficients[l · stride] row_l, over `count` rows of n numbers that lie `leading` apart.
template <class Coefficient, class Row, class T>
EIGENVIEW_INLINE void add_rows(const Coefficient* coefficients, int64_t stride, const Row* rows, int64_t leading,
                               int64_t count, int64_t n, T* __restrict out) {
  int64_t l = 0;
  for (; l + 4 <= count; l += 4) {
    const Coefficient c0 = coefficients[l * stride], c1 = coefficients[(l + 1) * stride],
                      c2 = coefficients[(l + 2) * stride], c3 = coefficients[(l + 3) * stride];
    const Row *r0 = rows + l * leading, *r1 = r0 + leading, *r2 = r1 + leading, *r3 = r2 + leading;
    for (int64_t j = 0; j < n; j++) out[j] += (c0 * r0[j] + c1 * r1[j]) + (c2 * r2[j] + c3 * r3[j]);
  }
  for (; l < count; l++) {
    const Coefficient c = coefficients[l * stride];
    const Row* row = rows + l * leading;
    for (int64_t j = 0; j < n; j++) out[j] += c * row[j];
  }
}

template <class Coefficient, class Row, class T>
EIGENVIEW_INLINE void subtract_rows(const Coefficient* coefficients, int64_t stride, const Row* rows, int64_t leading,
                                    int64_t count, int64_t n, T* __restrict out) {
  int64_t l = 0;
  for (; l + 4 <= count; l += 4) {
    const Coefficient c0 = coefficients[l * stride], c1 = coefficients[(l + 1) * stride],
                      c2 = coefficients[(l + 2) * stride], c3 = coefficients[(l + 3) * stride];
    const Row *r0 = rows + l * leading, *r1 = r0 + leading, *r2 = r1 + leading, *r3 = r2 + leading;
    for (int64_t j = 0; j < n; j++) out[j] -= (c0 * r0[j] + c1 * r1[j]) + (c2 * r2[j] + c3 * r3[j]);
  }
  for (; l < count; l++) {
    const Coefficient c = coefficients[l * stride];
    const Row* row = rows + l * leading;
    for (int64_t j = 0; j < n; j++) out[j] -= c * row[j];
  }
}

template <class T>
EIGENVIEW_INLINE void scaled_copy(double factor, const T* row, int64_t n, T* __restrict out) {
  for (int64_t j = 0; j < n; j++) out[j] = factor * row[j];
}

template <class T>
EIGENVIEW_INLINE void add_diagonal(T* square, int64_t k, double amount) {
  for (int64_t i = 0; i < k; i++) square[i * k + i] += T(amount);
}

// Whether a state has an optimal predictor: none where H = N + ridge is singular, or too large for its ridge to be
// seen.
enum class Predictor { exists, singular, overflows };

// H := its Cholesky factor, lower, with the reciprocals of its diagonal in place of that. Without a ridge, H counts as
// singular once a pivot is rounding.
template <class T>
EIGENVIEW_INLINE Predictor factorise(T* h, int64_t k, bool ridged) {
  double largest = 0;
  for (int64_t i = 0; i < k; i++) largest = std::max(largest, value_of(h[i * k + i]));
  const double least = ridged ? 0 : static_cast<double>(k) * std::numeric_limits<double>::epsilon() * largest;
  for (int64_t j = 0; j < k; j++) {
    T* row = h + j * k;
    T pivot = row[j];
    for (int64_t l = 0; l < j; l++) pivot -= row[l] * row[l];
    if (!std::isfinite(value_of(pivot))) return Predictor::overflows;
    if (!(value_of(pivot) > least)) return ridged ? Predictor::overflows : Predictor::singular;
    row[j] = reciprocal_root(pivot);
    for (int64_t i = j + 1; i < k; i++) {
      T* below = h + i * k;
      T sum = below[j];
      for (int64_t l = 0; l < j; l++) sum -= below[l] * row[l];
      below[j] = sum * row[j];
    }
  }
  return Predictor::exists;
}

// B (k×n) := H⁻¹ B.
template <class T>
EIGENVIEW_INLINE void solve(const T* factor, int64_t k, T* b, int64_t n) {
  for (int64_t i = 0; i < k; i++) {
    subtract_rows(factor + i * k, 1, b, n, i, n, b + i * n);
    const T reciprocal = factor[i * k + i];
    for (int64_t j = 0; j < n; j++) b[i * n + j] = reciprocal * b[i * n + j];
  }
  for (int64_t i = k - 1; i >= 0; i--) {
    if (i + 1 < k) subtract_rows(factor + (i + 1) * k + i, k, b + (i + 1) * n, n, k - 1 - i, n, b + i * n);
    const T reciprocal = factor[i * k + i];
    for (int64_t j = 0; j < n; j++) b[i * n + j] = reciprocal * b[i * n + j];
  }
}

EIGENVIEW_INLINE void fill_not_a_number(double* out, int64_t n) {
  std::fill_n(out, n, std::numeric_limits<double>::quiet_NaN());
}
EIGENVIEW_INLINE void fill_not_a_number(Dual* out, int64_t n) {
  Dual none;
  none.value = std::numeric_limits<double>::quiet_NaN();
  fill_not_a_number(none.along, kDirections);
  std::fill_n(out, n, none);
}

inline void transpose(const double* square, int64_t k, double* out) {
  for (int64_t i = 0; i < k; i++) {
    for (int64_t l = 0; l < k; l++) out[l * k + i] = square[i * k + l];
  }
}

template <class T>
EIGENVIEW_INLINE T trace(const T* square, int64_t k) {
  T sum(0);
  for (int64_t i = 0; i < k; i++) sum += square[i * k + i];
  return sum;
}

// A matrix that stays what it is along the flow: rows×cols, or a diagonal.
struct Constant {
  int64_t rows = 0, cols = 0;
  bool diagonal = false;
  Buffer numbers;

  // out (k×cols) = U A, for rows of U that lie `leading` apart.
  template <class T>
  EIGENVIEW_INLINE void times(const T* u, int64_t leading, int64_t k, T* __restrict out) const {
    const double* a = numbers.data();
    for (int64_t i = 0; i < k; i++) {
      const T* row = u + i * leading;
      T* __restrict product = out + i * cols;
      if (diagonal) {
        for (int64_t j = 0; j < cols; j++) product[j] = a[j] * row[j];
      } else {
        for (int64_t j = 0; j < cols; j++) product[j] = T(0);
      }
    }
    if (diagonal) return;
    // Some rows of A at a time, for every row of U.
    constexpr int64_t kStrip = 8;
    for (int64_t r = 0; r < rows; r += kStrip) {
      const int64_t count = std::min(kStrip, rows - r);
      for (int64_t i = 0; i < k; i++) add_rows(u + i * leading + r, 1, a + r * cols, cols, count, cols, out + i * cols);
    }
  }

  // out (k×rows) = V Aᵀ.
  template <class T>
  EIGENVIEW_INLINE void times_transposed(const T* v, int64_t leading, int64_t k, T* __restrict out) const {
    if (diagonal) return times(v, leading, k, out);
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t i = 0; i < k; i++) out[i * rows + r] = dot(v + i * leading, numbers.data() + r * cols, cols);
    }
  }
};

}  // namespace eigenview::dynamics
