// The decompositions: sizes, order, signs, orthonormality, reconstruction and reported residual on matrices of every
// temper. Errors are bounded by a small multiple of eps · size · norm, the backward error of LAPACK.
#include "../core/blas_threads.h"
#include "../core/linalg/decompose.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

// Relative backward error that a decomposition of an m×n matrix may have.
double rounding(int m, int n) { return 10 * kEpsilon * std::max(m, n); }

struct Named {
  std::string name;
  Matrix a;
};

Matrix with_rank(int rows, int cols, int rank, uint64_t seed) {
  return product(random_matrix(rows, rank, seed), random_matrix(rank, cols, seed + 1));
}

Matrix ones(int rows, int cols) {
  Matrix a(rows, cols);
  std::fill_n(a.data.data(), a.size(), 1.0);
  return a;
}

// Singular values 1, 10^-step, 10^-2·step, …
Matrix graded(int rows, int cols, double step) {
  const int r = std::min(rows, cols);
  Matrix u = svd(random_matrix(rows, r, 5), r).u;
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < r; j++) u(i, j) *= std::pow(10, -step * static_cast<double>(j));
  }
  return product(u, svd(random_matrix(r, cols, 6), r).vt);
}

std::vector<Named> general() {
  std::vector<Named> all;
  const int shapes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {7, 7}, {40, 12}, {12, 40}, {65, 64}, {150, 70}, {70, 150}};
  for (const auto& [m, n] : shapes) {
    const std::string shape = std::to_string(m) + "x" + std::to_string(n);
    all.push_back({"random " + shape, random_matrix(m, n, 1)});
    all.push_back({"zero " + shape, Matrix::zeros(m, n)});
    all.push_back({"ones " + shape, ones(m, n)});
    if (std::min(m, n) > 2) all.push_back({"rank 2 " + shape, with_rank(m, n, 2, 3)});
    if (std::min(m, n) > 1) all.push_back({"graded " + shape, graded(m, n, 0.5)});
  }
  all.push_back({"hilbert", hilbert(30)});
  all.push_back({"identity", identity(70)});
  return all;
}

// The first component within 1e-8 of the largest must be positive.
void check_sign(const Matrix& columns, int64_t j) {
  double largest = 0;
  for (int64_t i = 0; i < columns.rows; i++) largest = std::max(largest, std::fabs(columns(i, j)));
  int64_t i = 0;
  while (std::fabs(columns(i, j)) < (1 - 1e-8) * largest) i++;
  CHECK(columns(i, j) > 0);
}

void check_svd(const Matrix& a, int k) {
  const Svd result = svd(a, k);
  const double allowed = rounding(a.rows, a.cols);
  CHECK(result.u.rows == a.rows && result.u.cols == k);
  CHECK(result.vt.rows == k && result.vt.cols == a.cols);
  CHECK(result.s.size() == k && descending(result.s) && result.s[k - 1] >= 0);
  const Matrix v = transpose(result.vt);
  CHECK_AT_MOST(skew(result.u), allowed * k);
  CHECK_AT_MOST(skew(v), allowed * k);
  for (int64_t j = 0; j < k; j++) check_sign(v, j);
  Matrix us = result.u.clone();
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t j = 0; j < k; j++) us(i, j) *= result.s[j];
  }
  CHECK_AT_MOST(distance(product(a, v), us), allowed * size_of(a));
  CHECK_AT_MOST(result.residual, allowed);
  if (k == std::min(a.rows, a.cols)) CHECK_AT_MOST(distance(product(us, result.vt), a), allowed * size_of(a));
}

void check_eigh(const Matrix& a, const Matrix* b, int k) {
  const Eigh result = eigh(a, b, k);
  const int n = a.rows;
  CHECK(result.values.size() == k && descending(result.values));
  CHECK(result.vectors.rows == n && result.vectors.cols == k);
  for (int64_t j = 0; j < k; j++) check_sign(result.vectors, j);
  const Matrix& v = result.vectors;
  const Matrix bv = b == nullptr ? v.clone() : product(*b, v);
  // B is well conditioned wherever it is given.
  const double allowed = rounding(n, n) * (b == nullptr ? 1 : 1e4);
  CHECK_AT_MOST(distance(product(transpose(v), bv), identity(k)), allowed * k);
  Matrix lbv = bv.clone();
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < k; j++) lbv(i, j) *= result.values[j];
  }
  const double weight = b == nullptr ? 0 : std::fabs(result.values[0]) * size_of(*b);
  CHECK_AT_MOST(distance(product(a, v), lbv), allowed * (size_of(a) + weight) * size_of(v));
  CHECK_AT_MOST(result.residual, allowed);
}

void check_eig(const Matrix& a) {
  const Eig result = eig(a);
  const int n = a.rows;
  const Matrix re = product(a, result.vectors_re), im = product(a, result.vectors_im);
  double trace = 0, sum = 0, rest = 0;
  for (int64_t j = 0; j < n; j++) {
    trace += a(j, j);
    sum += result.re[j];
    if (j > 0) CHECK(result.re[j] <= result.re[j - 1]);
    double length = 0;
    for (int64_t i = 0; i < n; i++) {
      const double x = result.vectors_re(i, j), y = result.vectors_im(i, j);
      length += x * x + y * y;
      rest = std::max(rest, std::fabs(re(i, j) - result.re[j] * x + result.im[j] * y));
      rest = std::max(rest, std::fabs(im(i, j) - result.re[j] * y - result.im[j] * x));
    }
    CHECK_AT_MOST(std::fabs(length - 1), 1e-13);
    // A pair is adjacent, the positive imaginary part first.
    if (result.im[j] > 0) CHECK(result.im[j + 1] == -result.im[j] && result.re[j + 1] == result.re[j]);
  }
  CHECK_AT_MOST(rest, rounding(n, n) * size_of(a));
  CHECK_AT_MOST(std::fabs(trace - sum), rounding(n, n) * size_of(a) * n);
  CHECK_AT_MOST(result.residual, rounding(n, n));
}

void decompositions() {
  for (const Named& each : general()) {
    const int r = std::min(each.a.rows, each.a.cols);
    test("svd of " + each.name, [&] {
      check_svd(each.a, r);
      for (const int k : {1, 2, r / 8, r - 1}) {
        if (k > 0 && k < r) check_svd(each.a, k);
      }
    });
    const Matrix a = gram(each.a);
    test("eigh of the Gram matrix of " + each.name, [&] {
      const Matrix b = random_definite(a.rows, 4);
      for (const int k : {1, 3, a.rows / 2, a.rows}) {
        if (k == 0 || k > a.rows) continue;
        check_eigh(a, nullptr, k);
        check_eigh(a, &b, k);
      }
    });
    if (each.a.rows == each.a.cols) test("eig of " + each.name, [&] { check_eig(each.a); });
  }
  test("eigh of an indefinite matrix", [] { check_eigh(random_symmetric(60, 2), nullptr, 60); });
  // Bisection and inverse iteration give up on a third of these; divide and conquer must then take over.
  test("few eigenpairs of many that are nearly equal", [] {
    for (uint64_t seed = 1; seed <= 20; seed++) {
      for (const double noise : {1e-16, 1e-14, 1e-12}) {
        Matrix a = times(random_symmetric(50, seed), noise);
        for (int64_t i = 0; i < 50; i++) a(i, i) += 1;
        for (const int k : {1, 2, 5, 24}) check_eigh(a, nullptr, k);
      }
    }
  });
  // For few pairs of the first LAPACK returns NaN without a word; on the second, divide and conquer gives up.
  test("symmetric matrices graded over tens of orders of magnitude", [] {
    const double row[] = {3, 1.3635438734564896e+61, -1, -0.035370740785755396, 1, -1,
                          0, -3, -1, -6.9174564786441959e-270, -2};
    Matrix a(11, 11), arrow = Matrix::zeros(14, 14);
    for (int64_t i = 0; i < 11; i++) {
      for (int64_t j = 0; j < 11; j++) a(i, j) = row[std::max(i, j)];
    }
    const double head[] = {0,    -0.30549285381881336, 1, 0, 0, -0.69353777412254636, 0.9416992615062818, 3,
                           0.80152944754295219, 0.7101213760115368, -0.01527809347573345, -0.87931429643887993,
                           -1.7750385117093006e+34, -2};
    for (int64_t i = 0; i < 14; i++) arrow(0, i) = arrow(i, 0) = head[i];
    arrow(13, 13) = -2;
    for (const int k : {1, 4, 11}) check_eigh(a, nullptr, k);
    for (const int k : {1, 4, 14}) check_eigh(arrow, nullptr, k);
  });
  test("eig of rotations: conjugate pairs", [] {
    check_eig(matrix(2, 2, {0, -1, 1, 0}));
    check_eig(matrix(3, 3, {0, -1, 0, 1, 0, 0, 0, 0, 1}));
    check_eig(matrix(4, 4, {0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}));
  });
  test("top singular values below √eps of the first fall back to the full decomposition", [] {
    // In the Gram matrix these would be 10^0 … 10^-28, of which the last three are rounding.
    const Matrix a = graded(100, 80, 2);
    const Svd result = svd(a, 8);
    for (int i = 0; i < 8; i++) CHECK_AT_MOST(std::fabs(result.s[i] - std::pow(100, -i)), 20 * kEpsilon);
    check_svd(a, 8);
  });
}

void factors() {
  for (const int n : {1, 2, 17, 64, 100}) {
    const Matrix a = random_definite(n, 3);
    const double allowed = 1e5 * rounding(n, n);
    test("cholesky, solve, roots at n = " + std::to_string(n), [&] {
      const Matrix l = cholesky(a);
      for (int64_t i = 0; i < n; i++) CHECK(std::count(l.row(i) + i + 1, l.row(i) + n, 0.0) == n - 1 - i);
      CHECK_AT_MOST(distance(product(l, transpose(l)), a), rounding(n, n) * size_of(a));
      const Matrix general = random_matrix(n, n, 8), b = random_matrix(n, 3, 9);
      const Matrix x = solve(general, b);
      CHECK_AT_MOST(distance(product(general, x), b), rounding(n, n) * size_of(general) * size_of(x));
      const Matrix root = inverse_sqrt(a, std::nullopt);
      CHECK(same_bits(root, transpose(root)));
      CHECK_AT_MOST(distance(product(product(root, a), root), identity(n)), allowed);
      for (const std::optional<double> tolerance : {std::optional<double>(), std::optional<double>(1e-12)}) {
        const Matrix w = whiten(a, tolerance);
        CHECK_AT_MOST(distance(product(product(w, a), transpose(w)), identity(n)), allowed);
      }
    });
  }
  test("a rank tolerance drops directions", [] {
    const Matrix a = diagonal({4, 0, 1, 1e-13});
    CHECK_AT_MOST(distance(inverse_sqrt(a, 1e-9), diagonal({0.5, 0, 1, 0})), 1e-15);
    CHECK(whiten(a, 1e-9).rows == 2);
  });
  test("matmul, each factor as it is and transposed", [] {
    const Matrix a = random_matrix(5, 8, 1), b = random_matrix(8, 3, 2), c = product(a, b);
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        CHECK_AT_MOST(distance(matmul(ta ? transpose(a) : a.clone(), tb ? transpose(b) : b.clone(), ta, tb), c), 1e-14);
      }
    }
  });
}

}  // namespace

int main() {
  const BlasThreads one(1);
  decompositions();
  factors();
  return finish();
}
