#include "decompose.h"
#include "dense.h"
#include "spectrum.h"

namespace eigenview {
namespace {

// gesdd of the row-major m×n matrix: LAPACK sees its transpose, so its left vectors are our right ones.
Svd divide_and_conquer(const Matrix& original) {
  const int m = original.rows, n = original.cols, r = std::min(m, n);
  // LAPACK's own workspace formula, which its 32-bit integers would not hold.
  if (4.0 * r * r + 7.0 * r > std::numeric_limits<int>::max()) throw Failure(Status::too_large);
  Matrix a = original.clone();
  Svd result{Matrix(m, r), Buffer(r), Matrix(r, n), 0};
  std::vector<int> integers(8 * static_cast<size_t>(r));
  double* vt = result.vt.data.data();
  double* u = result.u.data.data();
  double size = 0;
  check(lapack::gesdd(n, m, a.data.data(), n, result.s.data(), vt, n, u, r, &size, -1, integers.data()));
  Buffer work(workspace(size));
  int info = lapack::gesdd(n, m, a.data.data(), n, result.s.data(), vt, n, u, r, work.data(),
                           static_cast<int>(work.size()), integers.data());
  if (info > 0) {
    // Divide and conquer fails on rare matrices that plain QR iteration decomposes.
    a = original.clone();
    check(lapack::gesvd(n, m, a.data.data(), n, result.s.data(), vt, n, u, r, &size, -1));
    work = Buffer(workspace(size));
    info = lapack::gesvd(n, m, a.data.data(), n, result.s.data(), vt, n, u, r, work.data(),
                         static_cast<int>(work.size()));
  }
  check(info);
  return result;
}

Svd truncate(Svd full, int k) {
  const int m = full.u.rows, n = full.vt.cols;
  Svd result{Matrix(m, k), Buffer::copy(full.s.data(), k), Matrix(k, n), 0};
  std::copy_n(full.vt.data.data(), result.vt.size(), result.vt.data.data());
  for (int64_t i = 0; i < m; i++) std::copy_n(full.u.row(i), k, result.u.row(i));
  return result;
}

// ‖A − U S Vᵀ‖ / ‖A‖.
double residual_full(const Matrix& a, const Svd& svd) {
  const int m = a.rows, n = a.cols, r = svd.vt.rows;
  Matrix us = svd.u.clone();
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < r; j++) us(i, j) *= svd.s[j];
  }
  Matrix rest = a.clone();
  multiply(false, false, m, n, r, -1, us.data.data(), r, svd.vt.data.data(), n, 1, rest.data.data(), n);
  return ratio(norm(rest.data.data(), rest.size()), norm(a.data.data(), a.size()));
}

// max(‖AV − US‖, ‖AᵀU − VS‖) / ‖A‖.
double residual_truncated(const Matrix& a, const Svd& svd) {
  const int m = a.rows, n = a.cols, k = svd.vt.rows;
  Matrix left(m, k), right(k, n);
  multiply(false, true, m, k, n, 1, a.data.data(), n, svd.vt.data.data(), n, 0, left.data.data(), k);
  multiply(true, false, k, n, m, 1, svd.u.data.data(), k, a.data.data(), n, 0, right.data.data(), n);
  for (int64_t j = 0; j < k; j++) {
    for (int64_t i = 0; i < m; i++) left(i, j) -= svd.s[j] * svd.u(i, j);
    for (int64_t i = 0; i < n; i++) right(j, i) -= svd.s[j] * svd.vt(j, i);
  }
  const double worst = std::max(norm(left.data.data(), left.size()), norm(right.data.data(), right.size()));
  return ratio(worst, norm(a.data.data(), a.size()));
}

void fix_signs(Svd& svd) {
  for (int64_t j = 0; j < svd.vt.rows; j++) {
    if (sign_of(svd.vt.row(j), svd.vt.cols) > 0) continue;
    scale(svd.vt.row(j), svd.vt.cols, -1);
    for (int64_t i = 0; i < svd.u.rows; i++) svd.u(i, j) = -svd.u(i, j);
  }
}

// Orthonormal basis of the columns of a row-major m×k matrix (m ≥ k), and R: k×k upper triangular, row-major.
void orthonormalise(Matrix& y, Matrix& r) {
  const int m = y.rows, k = y.cols;
  Matrix columns(k, m);
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < k; j++) columns(j, i) = y(i, j);
  }
  Buffer tau(k);
  double size = 0;
  check(lapack::geqrf(m, k, columns.data.data(), m, tau.data(), &size, -1));
  Buffer work(workspace(std::max(size, 64.0 * k)));
  const int length = static_cast<int>(work.size());
  check(lapack::geqrf(m, k, columns.data.data(), m, tau.data(), work.data(), length));
  r = Matrix::zeros(k, k);
  for (int64_t j = 0; j < k; j++) {
    for (int64_t i = 0; i <= j; i++) r(i, j) = columns(j, i);
  }
  check(lapack::orgqr(m, k, k, columns.data.data(), m, tau.data(), work.data(), length));
  for (int64_t i = 0; i < m; i++) {
    for (int64_t j = 0; j < k; j++) y(i, j) = columns(j, i);
  }
}

// The top k of a tall matrix from the top of its Gram matrix, then one Rayleigh–Ritz step on A itself, which restores the
// digits that squaring lost. O(m n²) for the Gram matrix, with a small constant.
Svd by_gram(const Matrix& a, int k) {
  const int m = a.rows, n = a.cols;
  Matrix gram(n, n);
  multiply(true, false, n, n, m, 1, a.data.data(), n, a.data.data(), n, 0, gram.data.data(), n);
  const Spectrum top = spectrum(gram, k);
  const int found = top.vectors.rows;
  const double* basis = top.vectors.row(found - k);
  Matrix y(m, k), r;
  multiply(false, true, m, k, n, 1, a.data.data(), n, basis, n, 0, y.data.data(), k);
  orthonormalise(y, r);
  const Svd small = divide_and_conquer(r);
  Svd result{Matrix(m, k), Buffer::copy(small.s.data(), k), Matrix(k, n), 0};
  multiply(false, false, m, k, k, 1, y.data.data(), k, small.u.data.data(), k, 0, result.u.data.data(), k);
  multiply(false, false, k, n, k, 1, small.vt.data.data(), k, basis, n, 0, result.vt.data.data(), n);
  return result;
}

Svd transposed(Svd svd) { return {transposed(svd.vt), std::move(svd.s), transposed(svd.u), svd.residual}; }

// Few of many.
bool gram_suits(const Matrix& a, int k) {
  const int small = std::min(a.rows, a.cols);
  return small >= 64 && 8 * k <= small;
}

}  // namespace

Svd svd(const Matrix& a, int k) {
  if (const int e = excess(a)) {
    Svd result = svd(times_power_of_two(a, -e), k);
    multiply_power_of_two(result.s.data(), k, e);
    return result;
  }
  const int small = std::min(a.rows, a.cols);
  if (gram_suits(a, k)) {
    Svd result = a.rows >= a.cols ? by_gram(a, k) : transposed(by_gram(transposed(a), k));
    result.residual = residual_truncated(a, result);
    // Singular values below √eps of the first are lost in the Gram matrix; the residual shows it.
    if (result.residual <= 8 * kEps * std::sqrt(static_cast<double>(k) * small)) {
      fix_signs(result);
      return result;
    }
  }
  Svd result = divide_and_conquer(a);
  if (k < small) result = truncate(std::move(result), k);
  fix_signs(result);
  result.residual = k < small ? residual_truncated(a, result) : residual_full(a, result);
  return result;
}

}  // namespace eigenview
