#include "decompose.h"
#include "dense.h"
#include "spectrum.h"

namespace eigenview {
namespace {

// Rows λ^power q for the kept eigenpairs, largest first.
Matrix scaled_vectors(const Spectrum& spectrum, int rank, double power) {
  const int n = spectrum.vectors.cols;
  Matrix rows(rank, n);
  for (int64_t i = 0; i < rank; i++) {
    const int64_t from = n - 1 - i;
    const double* v = spectrum.vectors.row(from);
    const double factor = sign_of(v, n) * std::pow(spectrum.values[from], power);
    for (int64_t j = 0; j < n; j++) rows(i, j) = factor * v[j];
  }
  return rows;
}

// L⁻¹ for S = L Lᵀ, zeros above its diagonal. A cheap estimate tells which matrices deserve the exact check for singular
// ones, which throws.
Matrix inverse_factor(const Matrix& s) {
  const int n = s.rows;
  if (std::optional<Matrix> inverse = inverse_cholesky(s, 10 * n * kEps)) return std::move(*inverse);
  definite_spectrum(s, std::nullopt);
  std::optional<Matrix> inverse = inverse_cholesky(s, 0);
  if (!inverse) throw Failure(Status::not_positive_definite);
  return std::move(*inverse);
}

}  // namespace

std::optional<Matrix> inverse_cholesky(const Matrix& s, double least_rcond) {
  const int n = s.rows;
  Matrix l = s.clone();
  if (lapack::potrf('U', n, l.data.data(), n) != 0) return std::nullopt;
  Buffer work(3 * static_cast<int64_t>(n));
  std::vector<int> integers(static_cast<size_t>(n));
  const double size = row_sum_norm(s.data.data(), n);
  if (!(lapack::pocon('U', n, l.data.data(), n, size, work.data(), integers.data()) >= least_rcond)) return std::nullopt;
  if (lapack::trtri('U', n, l.data.data(), n) != 0) return std::nullopt;
  for (int64_t i = 0; i < n; i++) std::fill(l.row(i) + i + 1, l.row(i) + n, 0.0);
  return l;
}

Matrix inverse_sqrt(const Matrix& a, std::optional<double> rank_tolerance) {
  const int n = a.rows;
  if (const int e = excess(a)) {
    Matrix root = decompose_scaled(a, e, [&](const Matrix& unit) { return inverse_sqrt(unit, rank_tolerance); });
    multiply_power_of_two(root.data.data(), root.size(), -e / 2);
    return root;
  }
  const Spectrum spectrum = definite_spectrum(a, rank_tolerance);
  const int rank = kept(spectrum, rank_tolerance);
  // Q Λ^{-1/4} times its own transpose: symmetric but for rounding, which mirroring removes.
  const Matrix half = scaled_vectors(spectrum, rank, -0.25);
  Matrix root(n, n);
  multiply(true, false, n, n, rank, 1, half.data.data(), n, half.data.data(), n, 0, root.data.data(), n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < i; j++) root(i, j) = root(j, i);
  }
  return root;
}

Matrix whiten(const Matrix& s, std::optional<double> rank_tolerance) {
  if (const int e = excess(s)) {
    Matrix rows = decompose_scaled(s, e, [&](const Matrix& unit) { return whiten(unit, rank_tolerance); });
    multiply_power_of_two(rows.data.data(), rows.size(), -e / 2);
    return rows;
  }
  if (!rank_tolerance) return inverse_factor(s);
  const Spectrum spectrum = definite_spectrum(s, rank_tolerance);
  return scaled_vectors(spectrum, kept(spectrum, rank_tolerance), -0.5);
}

}  // namespace eigenview
