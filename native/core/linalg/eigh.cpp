#include "decompose.h"
#include "dense.h"
#include "spectrum.h"

namespace eigenview {
namespace {

// Lower factor of B in column-major memory (B = L Lᵀ).
Matrix factor(const Matrix& b) {
  Matrix l = b.clone();
  const int n = l.rows;
  Buffer work(3 * static_cast<int64_t>(n));
  std::vector<int> integers(static_cast<size_t>(n));
  const bool failed = lapack::potrf('L', n, l.data.data(), n) != 0;
  const double rcond = failed ? 0 : lapack::pocon('L', n, l.data.data(), n, row_sum_norm(b.data.data(), n), work.data(),
                                                  integers.data());
  // The estimate is cheap but rough; only a suspect matrix pays for the exact check, which throws if it is singular.
  if (failed || rcond < 10 * n * kEps) definite_spectrum(b, std::nullopt);
  if (failed) throw Failure(Status::not_positive_definite);
  return l;
}

// A V for symmetric A and rows V.
Matrix image(const Matrix& a, const Matrix& v) {
  Matrix av(v.rows, v.cols);
  lapack::symm(a.rows, v.rows, a.data.data(), a.rows, v.data.data(), v.cols, av.data.data(), v.cols);
  return av;
}

Matrix random_signs(int count, int n) {
  Matrix signs(count, n);
  uint64_t state = 0x9e3779b97f4a7c15u;
  for (int64_t i = 0; i < signs.size(); i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    signs.data[i] = (state >> 63) != 0 ? 1 : -1;
  }
  return signs;
}

void scale_rows(Matrix& rows, const Buffer& factors) {
  for (int64_t i = 0; i < rows.rows; i++) scale(rows.row(i), rows.cols, factors[i]);
}

// ‖AV − BVΛ‖ for given V and VΛ, as rows.
double distance(const Matrix& a, const Matrix* b, const Matrix& vectors, Matrix scaled) {
  Matrix rest = image(a, vectors);
  if (b != nullptr) scaled = image(*b, scaled);
  for (int64_t i = 0; i < rest.size(); i++) rest.data[i] -= scaled.data[i];
  return norm(rest.data.data(), rest.size());
}

double exact_distance(const Matrix& a, const Matrix* b, const Spectrum& pairs) {
  Matrix scaled = pairs.vectors.clone();
  scale_rows(scaled, pairs.values);
  return distance(a, b, pairs.vectors, std::move(scaled));
}

// From 8 random combinations S of the vectors: E‖S R‖² = 8‖R‖², with a standard error of a quarter at most.
double estimated_distance(const Matrix& a, const Matrix* b, const Spectrum& pairs) {
  constexpr int kCombinations = 8;
  const Matrix signs = random_signs(kCombinations, pairs.vectors.rows);
  Matrix weights(signs.rows, signs.cols);
  for (int64_t i = 0; i < signs.rows; i++) {
    for (int64_t j = 0; j < signs.cols; j++) weights(i, j) = signs(i, j) * pairs.values[j];
  }
  const double combined = distance(a, b, matmul(signs, pairs.vectors, false, false), matmul(weights, pairs.vectors, false, false));
  return combined / std::sqrt(static_cast<double>(kCombinations));
}

// A product with all of many vectors would take a fifth of the whole time.
constexpr int kMany = 256;

double residual(const Matrix& a, const Matrix* b, const Spectrum& pairs) {
  const double weight = b == nullptr ? 0
                                     : max_abs(pairs.values.data(), pairs.values.size()) *
                                           norm(b->data.data(), b->size());
  const double whole = norm(a.data.data(), a.size()) + weight;
  const double rest =
      pairs.vectors.rows < kMany ? exact_distance(a, b, pairs) : estimated_distance(a, b, pairs);
  return ratio(ratio(rest, whole), norm(pairs.vectors.data.data(), pairs.vectors.size()));
}

// The pair 2^-ea a, 2^-eb b has the eigenvalues 2^(eb-ea) λ, and eigenvectors 2^(eb/2) v of unit length in it.
Eigh eigh_scaled(const Matrix& a, int ea, const Matrix& b, int eb, int k) {
  const Matrix unit = times_power_of_two(a, -ea);
  Eigh result = decompose_scaled(b, eb, [&](const Matrix& unit_b) { return eigh(unit, &unit_b, k); });
  multiply_power_of_two(result.values.data(), k, ea - eb);
  multiply_power_of_two(result.vectors.data.data(), result.vectors.size(), -eb / 2);
  return result;
}

// Descending, one eigenvector a column, signs by the rule. In stretches of columns that fill a cache line of a row.
Eigh arranged(const Spectrum& pairs, int k, double residual) {
  constexpr int64_t kStretch = 8;
  const int64_t n = pairs.vectors.cols, last = pairs.vectors.rows - 1;
  Eigh result{Buffer(k), Matrix(static_cast<int>(n), k), residual};
  for (int64_t j0 = 0; j0 < k; j0 += kStretch) {
    const int64_t count = std::min<int64_t>(kStretch, k - j0);
    double signs[kStretch];
    for (int64_t j = 0; j < count; j++) {
      signs[j] = sign_of(pairs.vectors.row(last - j0 - j), n);
      result.values[j0 + j] = pairs.values[last - j0 - j];
    }
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = 0; j < count; j++) result.vectors(i, j0 + j) = signs[j] * pairs.vectors(last - j0 - j, i);
    }
  }
  return result;
}

}  // namespace

Eigh eigh(const Matrix& a, const Matrix* b, int k) {
  const int n = a.rows;
  const int ea = excess(a), eb = b == nullptr ? 0 : excess(*b);
  if (eb != 0) return eigh_scaled(a, ea, *b, eb, k);
  if (ea != 0) {
    Eigh result = eigh(times_power_of_two(a, -ea), b, k);
    multiply_power_of_two(result.values.data(), k, ea);
    return result;
  }
  if (b == nullptr) {
    const Spectrum pairs = spectrum(a, k);
    return arranged(pairs, k, residual(a, nullptr, pairs));
  }
  Matrix reduced = a.clone();
  const Matrix l = factor(*b);
  check(lapack::sygst(n, reduced.data.data(), n, l.data.data(), n));
  Spectrum pairs = spectrum(reduced, k);
  lapack::trsm('L', 'L', 'T', n, pairs.vectors.rows, l.data.data(), n, pairs.vectors.data.data(), n);
  return arranged(pairs, k, residual(a, b, pairs));
}

}  // namespace eigenview
