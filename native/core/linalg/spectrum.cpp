#include "spectrum.h"

#include <limits>
#include <vector>

#include "dense.h"

namespace eigenview {
namespace {

// |VVᵀ − I| for the rows of V.
double skew(const Matrix& v) {
  const int k = v.rows, n = v.cols;
  Matrix products(k, k);
  multiply(false, true, k, k, n, 1, v.data.data(), n, v.data.data(), n, 0, products.data.data(), k);
  for (int64_t i = 0; i < k; i++) products(i, i) -= 1;
  return max_abs(products.data.data(), products.size());
}

// On rare matrices, graded over tens of orders of magnitude or with tight clusters, LAPACK's solvers give up, or return
// NaN or skew vectors as if nothing were wrong. Both solvers below then return nothing.
bool succeeded(int info) {
  if (info < 0) throw Failure(Status::internal);
  return info == 0;
}

// Divide and conquer: fastest for all vectors.
std::optional<Spectrum> divide_and_conquer(const Matrix& a) {
  const int n = a.rows;
  Spectrum result{Buffer(n), a.clone()};
  double* vectors = result.vectors.data.data();
  double size = 0;
  int integer_size = 0;
  check(lapack::syevd(n, vectors, n, result.values.data(), &size, -1, &integer_size, -1));
  Buffer work(workspace(size));
  std::vector<int> integers(static_cast<size_t>(integer_size));
  const int info = lapack::syevd(n, vectors, n, result.values.data(), work.data(), static_cast<int>(work.size()),
                                 integers.data(), integer_size);
  if (!succeeded(info) || !std::isfinite(max_abs(vectors, a.size()))) return std::nullopt;
  return result;
}

// Bisection and inverse iteration for some vectors, relatively robust representations for all: little workspace, and the
// cost of the back-transformation grows with k alone.
std::optional<Spectrum> one_by_one(const Matrix& a, int k) {
  const int n = a.rows;
  Matrix reduced = a.clone(), vectors(k, n);
  // LAPACK wants n values even when fewer are asked for.
  Buffer values(n);
  std::vector<int> support(2 * static_cast<size_t>(n));
  double size = 0;
  int integer_size = 0;
  lapack::syevr(n, reduced.data.data(), n, n - k + 1, n, values.data(), vectors.data.data(), n, support.data(), &size,
                -1, &integer_size, -1);
  Buffer work(workspace(size));
  std::vector<int> integers(static_cast<size_t>(integer_size));
  const int info = lapack::syevr(n, reduced.data.data(), n, n - k + 1, n, values.data(), vectors.data.data(), n,
                                 support.data(), work.data(), static_cast<int>(work.size()), integers.data(),
                                 integer_size);
  if (!succeeded(info) || !(skew(vectors) <= 100 * kEps * n)) return std::nullopt;
  return Spectrum{Buffer::copy(values.data(), k), std::move(vectors)};
}

[[noreturn]] void fail(Status status, const Spectrum& spectrum) {
  Failure failure(status, spectrum.values[0]);
  const double* v = spectrum.vectors.row(0);
  const int n = spectrum.vectors.cols;
  failure.direction.assign(v, v + n);
  scale(failure.direction.data(), n, sign_of(v, n));
  throw failure;
}

}  // namespace

Spectrum spectrum(const Matrix& a, int k) {
  // The 2 n² doubles of workspace for divide and conquer, which LAPACK counts in 32 bits.
  const bool countable = 2.0 * a.rows * a.rows + 6.0 * a.rows < std::numeric_limits<int>::max();
  // Measured at d = 32 to 784: beyond an eighth of the vectors, all of them by divide and conquer take less time.
  const bool few = 8 * k <= a.rows;
  std::optional<Spectrum> found;
  if (!few && countable) found = divide_and_conquer(a);
  if (!found) found = one_by_one(a, k);
  if (!found && few && countable) found = divide_and_conquer(a);
  if (!found) throw Failure(Status::no_convergence);
  return std::move(*found);
}

Spectrum definite_spectrum(const Matrix& a, std::optional<double> rank_tolerance) {
  const int n = a.rows;
  Spectrum result = spectrum(a, n);
  const double smallest = result.values[0];
  const double largest = result.values[n - 1];
  const double rounding = n * kEps * std::max(std::fabs(smallest), std::fabs(largest));
  const double negative = std::max(rounding, rank_tolerance.value_or(0) * largest);
  if (smallest < -negative) fail(Status::not_positive_definite, result);
  if (!rank_tolerance && smallest <= rounding) fail(Status::singular, result);
  if (kept(result, rank_tolerance) == 0) fail(Status::singular, result);
  return result;
}

int kept(const Spectrum& spectrum, std::optional<double> rank_tolerance) {
  const int n = static_cast<int>(spectrum.values.size());
  if (!rank_tolerance) return n;
  const double largest = spectrum.values[n - 1];
  int count = 0;
  while (count < n && spectrum.values[n - 1 - count] > *rank_tolerance * largest) count++;
  return largest > 0 ? count : 0;
}

}  // namespace eigenview
