// Matrices to decompose, and how far results are from what they should be, in sums of long double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <random>
#include <vector>

#include "../core/buffer.h"

namespace eigenview::checks {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

inline Matrix random_matrix(int rows, int cols, uint64_t seed) {
  std::mt19937_64 bits(seed);
  Matrix a(rows, cols);
  // Uniform in [−1, 1): the library's distributions differ between standard libraries, the engine does not.
  for (int64_t i = 0; i < a.size(); i++) a.data[i] = static_cast<double>(static_cast<int64_t>(bits())) * 0x1p-63;
  return a;
}

inline Matrix matrix(int rows, int cols, std::initializer_list<double> elements) {
  Matrix a(rows, cols);
  std::copy(elements.begin(), elements.end(), a.data.data());
  return a;
}

inline Matrix diagonal(const std::vector<double>& values) {
  const int n = static_cast<int>(values.size());
  Matrix a = Matrix::zeros(n, n);
  for (int i = 0; i < n; i++) a(i, i) = values[static_cast<size_t>(i)];
  return a;
}

inline Matrix identity(int n) { return diagonal(std::vector<double>(static_cast<size_t>(n), 1.0)); }

inline Matrix transpose(const Matrix& a) {
  Matrix t(a.cols, a.rows);
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t j = 0; j < a.cols; j++) t(j, i) = a(i, j);
  }
  return t;
}

inline Matrix times(const Matrix& a, double factor) {
  Matrix b = a.clone();
  for (int64_t i = 0; i < b.size(); i++) b.data[i] *= factor;
  return b;
}

// A B, each element summed in long double and rounded once.
inline Matrix product(const Matrix& a, const Matrix& b) {
  const Matrix bt = transpose(b);
  Matrix c(a.rows, b.cols);
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t j = 0; j < b.cols; j++) {
      long double sum = 0;
      for (int64_t k = 0; k < a.cols; k++) sum += static_cast<long double>(a(i, k)) * bt(j, k);
      c(i, j) = static_cast<double>(sum);
    }
  }
  return c;
}

inline Matrix gram(const Matrix& a) { return product(transpose(a), a); }

// Symmetric, with elements in [−1, 1).
inline Matrix random_symmetric(int n, uint64_t seed) {
  Matrix a = random_matrix(n, n, seed);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < i; j++) a(i, j) = a(j, i);
  }
  return a;
}

// Positive definite with a condition number of some thousands.
inline Matrix random_definite(int n, uint64_t seed) {
  Matrix a = gram(random_matrix(n + 5, n, seed));
  for (int64_t i = 0; i < n; i++) a(i, i) += 0.01;
  return a;
}

// 1 / (i + j + 1): condition number e^{3.5 n}.
inline Matrix hilbert(int n) {
  Matrix a(n, n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) a(i, j) = 1.0 / static_cast<double>(i + j + 1);
  }
  return a;
}

// The Frobenius norm.
inline double size_of(const Matrix& a) {
  long double sum = 0;
  for (int64_t i = 0; i < a.size(); i++) sum += static_cast<long double>(a.data[i]) * a.data[i];
  return static_cast<double>(std::sqrt(sum));
}

inline double distance(const Matrix& a, const Matrix& b) {
  Matrix rest = a.clone();
  for (int64_t i = 0; i < rest.size(); i++) rest.data[i] -= b.data[i];
  return size_of(rest);
}

// ‖AᵀA − I‖: how far the columns are from orthonormal.
inline double skew(const Matrix& a) { return distance(gram(a), identity(a.cols)); }

inline bool all_finite(const double* x, int64_t n) {
  return std::all_of(x, x + n, [](double value) { return std::isfinite(value); });
}
inline bool all_finite(const Matrix& a) { return all_finite(a.data.data(), a.size()); }

inline bool descending(const Buffer& values) {
  return std::is_sorted(values.data(), values.data() + values.size(), [](double x, double y) { return x > y; });
}

// To the last bit, signs of zeros included.
inline bool same_bits(const double* a, const double* b, int64_t n) {
  return std::memcmp(a, b, sizeof(double) * static_cast<size_t>(n)) == 0;
}
inline bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows == b.rows && a.cols == b.cols && same_bits(a.data.data(), b.data.data(), a.size());
}

}  // namespace eigenview::checks
