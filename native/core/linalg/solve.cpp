#include "decompose.h"
#include "dense.h"
#include "spectrum.h"

namespace eigenview {

Matrix cholesky(const Matrix& a) {
  const int n = a.rows;
  if (const int e = excess(a)) {
    Matrix l = decompose_scaled(a, e, cholesky);
    multiply_power_of_two(l.data.data(), l.size(), e / 2);
    return l;
  }
  // The upper factor in LAPACK's column-major eyes is the lower one in ours.
  Matrix l = a.clone();
  if (lapack::potrf('U', n, l.data.data(), n) != 0) {
    const Spectrum lowest = spectrum(a, n);
    Failure failure(Status::not_positive_definite, lowest.values[0]);
    failure.direction.assign(lowest.vectors.row(0), lowest.vectors.row(0) + n);
    scale(failure.direction.data(), n, sign_of(lowest.vectors.row(0), n));
    throw failure;
  }
  for (int64_t i = 0; i < n; i++) std::fill(l.row(i) + i + 1, l.row(i) + n, 0.0);
  return l;
}

Matrix solve(const Matrix& a, const Matrix& b) {
  const int n = a.rows, columns = b.cols;
  const int ea = excess(a), eb = excess(b);
  if (ea != 0 || eb != 0) {
    Matrix x = solve(times_power_of_two(a, -ea), times_power_of_two(b, -eb));
    multiply_power_of_two(x.data.data(), x.size(), eb - ea);
    return x;
  }
  // LAPACK sees Aᵀ; its infinity norm is our 1-norm.
  Matrix factors = a.clone();
  std::vector<double> sums(static_cast<size_t>(n), 0.0);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) sums[static_cast<size_t>(j)] += std::fabs(a(i, j));
  }
  const double size = *std::max_element(sums.begin(), sums.end());
  std::vector<int> pivots(static_cast<size_t>(n)), integers(static_cast<size_t>(n));
  const int info = lapack::getrf(n, factors.data.data(), n, pivots.data());
  Buffer work(4 * static_cast<int64_t>(n));
  const double rcond = info > 0 ? 0 : lapack::gecon(n, factors.data.data(), n, size, work.data(), integers.data());
  if (!(rcond >= kEps)) throw Failure(Status::singular, rcond);
  Matrix x(columns, n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < columns; j++) x(j, i) = b(i, j);
  }
  check(lapack::getrs('T', n, columns, factors.data.data(), n, pivots.data(), x.data.data(), n));
  Matrix result(n, columns);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < columns; j++) result(i, j) = x(j, i);
  }
  return result;
}

}  // namespace eigenview
