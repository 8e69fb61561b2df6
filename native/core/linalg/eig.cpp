#include <complex>
#include <numeric>

#include "decompose.h"
#include "dense.h"

namespace eigenview {
namespace {

using Complex = std::complex<double>;

// Unit length, and the leading component (the sign rule, by magnitude) real and positive.
void normalise(std::vector<Complex>& v) {
  std::vector<double> magnitude(v.size());
  for (size_t i = 0; i < v.size(); i++) magnitude[i] = std::abs(v[i]);
  const int64_t n = static_cast<int64_t>(v.size());
  const Complex lead = v[static_cast<size_t>(leading(magnitude.data(), n))];
  const Complex turn = std::conj(lead) / std::abs(lead) / norm(magnitude.data(), n);
  for (Complex& x : v) x *= turn;
}

// LAPACK stores a conjugate pair as two real columns, real parts then imaginary ones.
std::vector<Complex> column(const Matrix& vectors, const Buffer& im, int64_t j) {
  const int64_t n = vectors.cols;
  const int64_t first = im[j] < 0 ? j - 1 : j;
  const double sign = im[j] < 0 ? -1 : 1;
  std::vector<Complex> v(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i++) {
    v[static_cast<size_t>(i)] = {vectors(first, i), im[j] == 0 ? 0 : sign * vectors(first + 1, i)};
  }
  return v;
}

double residual(const Matrix& a, const Eig& eig) {
  const int n = a.rows;
  Matrix re(n, n), im(n, n);
  multiply(false, false, n, n, n, 1, a.data.data(), n, eig.vectors_re.data.data(), n, 0, re.data.data(), n);
  multiply(false, false, n, n, n, 1, a.data.data(), n, eig.vectors_im.data.data(), n, 0, im.data.data(), n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      const Complex lv = Complex(eig.re[j], eig.im[j]) * Complex(eig.vectors_re(i, j), eig.vectors_im(i, j));
      re(i, j) -= lv.real();
      im(i, j) -= lv.imag();
    }
  }
  const double rest = std::hypot(norm(re.data.data(), re.size()), norm(im.data.data(), im.size()));
  return ratio(ratio(rest, norm(a.data.data(), a.size())), std::sqrt(static_cast<double>(n)));
}

}  // namespace

Eig eig(const Matrix& a) {
  const int n = a.rows;
  if (const int e = excess(a)) {
    Eig result = eig(times_power_of_two(a, -e));
    multiply_power_of_two(result.re.data(), n, e);
    multiply_power_of_two(result.im.data(), n, e);
    return result;
  }
  // LAPACK's balancing would blow such elements up and lose the others.
  const double negligible = kEps * kEps * max_abs(a.data.data(), a.size());
  Matrix work_matrix(n, n), vectors(n, n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) work_matrix(j, i) = std::fabs(a(i, j)) < negligible ? 0 : a(i, j);
  }
  Buffer re(n), im(n);
  double size = 0;
  check(lapack::geev(n, work_matrix.data.data(), n, re.data(), im.data(), vectors.data.data(), n, &size, -1));
  Buffer work(workspace(size));
  check(lapack::geev(n, work_matrix.data.data(), n, re.data(), im.data(), vectors.data.data(), n, work.data(),
                     static_cast<int>(work.size())));

  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
    return re[i] != re[j] ? re[i] > re[j] : im[i] > im[j];
  });
  Eig result{Buffer(n), Buffer(n), Matrix(n, n), Matrix(n, n), 0};
  for (int64_t j = 0; j < n; j++) {
    const int64_t from = order[static_cast<size_t>(j)];
    result.re[j] = re[from];
    result.im[j] = im[from];
    std::vector<Complex> v = column(vectors, im, from);
    normalise(v);
    for (int64_t i = 0; i < n; i++) {
      result.vectors_re(i, j) = v[static_cast<size_t>(i)].real();
      result.vectors_im(i, j) = v[static_cast<size_t>(i)].imag();
    }
  }
  result.residual = residual(a, result);
  return result;
}

}  // namespace eigenview
