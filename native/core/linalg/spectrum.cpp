#include "spectrum.h"

#include <limits>
#include <vector>

#include "dense.h"

namespace eigenview {
namespace {

// Divide and conquer: fastest for all vectors.
Spectrum divide_and_conquer(Matrix a) {
  const int n = a.rows;
  Spectrum result{Buffer(n), {}};
  double size = 0;
  int integer_size = 0;
  check(lapack::syevd(n, a.data.data(), n, result.values.data(), &size, -1, &integer_size, -1));
  Buffer work(workspace(size));
  std::vector<int> integers(static_cast<size_t>(integer_size));
  check(lapack::syevd(n, a.data.data(), n, result.values.data(), work.data(), static_cast<int>(work.size()),
                      integers.data(), integer_size));
  result.vectors = std::move(a);
  return result;
}

// Bisection and inverse iteration for few pairs, relatively robust representations for all: little workspace, and the
// cost of the back-transformation grows with k alone. Nothing where inverse iteration fails, as it may on a tight cluster.
std::optional<Spectrum> largest_pairs(const Matrix& original, int k) {
  Matrix a = original.clone();
  const int n = a.rows;
  // LAPACK wants n values even when fewer are asked for.
  Buffer values(n);
  Matrix vectors(k, n);
  std::vector<int> support(2 * static_cast<size_t>(n));
  double size = 0;
  int integer_size = 0;
  lapack::syevr(n, a.data.data(), n, n - k + 1, n, values.data(), vectors.data.data(), n, support.data(), &size, -1,
                &integer_size, -1);
  Buffer work(workspace(size));
  std::vector<int> integers(static_cast<size_t>(integer_size));
  const int info = lapack::syevr(n, a.data.data(), n, n - k + 1, n, values.data(), vectors.data.data(), n,
                                 support.data(), work.data(), static_cast<int>(work.size()), integers.data(),
                                 integer_size);
  if (info > 0) return std::nullopt;
  check(info);
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

Spectrum spectrum(Matrix a, int k) {
  // The 2 n² doubles of workspace for divide and conquer, which LAPACK counts in 32 bits.
  const bool countable = 2.0 * a.rows * a.rows + 6.0 * a.rows < std::numeric_limits<int>::max();
  if (2 * k < a.rows || !countable) {
    if (std::optional<Spectrum> found = largest_pairs(a, k)) return std::move(*found);
    if (!countable) throw Failure(Status::no_convergence);
  }
  return divide_and_conquer(std::move(a));
}

Spectrum definite_spectrum(const Matrix& a, std::optional<double> rank_tolerance) {
  const int n = a.rows;
  Spectrum result = spectrum(a.clone(), n);
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
