// The decompositions at their limits: elements far from 1, results that do not fit, failures and what they name.
#include "../core/blas_threads.h"
#include "../core/linalg/decompose.h"
#include "../core/linalg/dense.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

Matrix ones(int rows, int cols) {
  Matrix a(rows, cols);
  std::fill_n(a.data.data(), a.size(), 1.0);
  return a;
}

Matrix times_power(const Matrix& a, int e) {
  Matrix b = a.clone();
  for (int64_t i = 0; i < b.size(); i++) b.data[i] = std::ldexp(b.data[i], e);
  return b;
}

// Elements near 2^e, and the same near 1: subnormal elements lose digits, so their neighbours at 1 must have lost them.
struct Pair {
  Matrix far, near;
  Pair(const Matrix& a, int e) : far(times_power(a, e)), near(times_power(far, -e)) {}
};

// |x·2^-e − y|, small against y or the spacing of subnormal numbers.
void check_values(const Buffer& x, int e, const Buffer& y) {
  CHECK(x.size() == y.size() && all_finite(x.data(), x.size()));
  const double largest = std::fabs(y[0]);
  for (int64_t i = 0; i < x.size(); i++) {
    CHECK_AT_MOST(std::fabs(std::ldexp(x[i], -e) - y[i]), 1e-13 * largest + std::ldexp(1, -1074 - e));
  }
}

void scales() {
  for (const int e : {-1060, -1001, -500, 500, 1001, 1012}) {
    const std::string where = " of elements near 2^" + std::to_string(e);
    test("svd, eigh, eig" + where, [e] {
      const Pair general(random_matrix(90, 80, 3), e), symmetric(random_symmetric(9, 3), e);
      for (const int k : {3, 40, 80}) {
        const Svd result = svd(general.far, k);
        check_values(result.s, e, svd(general.near, k).s);
        CHECK_AT_MOST(result.residual, 1e-13);
      }
      for (const int k : {2, 9}) {
        const Eigh result = eigh(symmetric.far, nullptr, k);
        check_values(result.values, e, eigh(symmetric.near, nullptr, k).values);
        CHECK_AT_MOST(result.residual, 1e-13);
      }
      const Eig result = eig(symmetric.far);
      check_values(result.re, e, eig(symmetric.near).re);
      CHECK_AT_MOST(result.residual, 1e-13);
    });
    if (e < -1022) continue;
    test("factors" + where, [e] {
      const Pair a(random_definite(9, 5), e);
      const double root = std::ldexp(1, e / 2);
      const Matrix l = times(cholesky(a.far), 1 / root);
      CHECK_AT_MOST(distance(product(l, transpose(l)), times(a.near, std::ldexp(1, e % 2))), 1e-13 * size_of(a.near));
      CHECK_AT_MOST(distance(solve(a.far, a.far), identity(9)), 1e-9);
      const Matrix half = inverse_sqrt(a.far, std::nullopt), w = whiten(a.far, 1e-12);
      for (const Matrix* each : {&half, &w}) {
        const Matrix unit = times(*each, root);
        const Matrix should_be = times(identity(9), std::ldexp(1, -(e % 2)));
        CHECK_AT_MOST(distance(product(product(unit, a.near), transpose(unit)), should_be), 1e-9);
      }
    });
    test("a pair" + where, [e] {
      const Pair a(random_symmetric(9, 3), e), b(random_definite(9, 5), e);
      const Eigh expected = eigh(a.near, &b.near, 9);
      check_values(eigh(a.far, &b.far, 9).values, 0, expected.values);
      check_values(eigh(a.far, &b.near, 9).values, e, expected.values);
      const Eigh result = eigh(a.near, &b.far, 9);
      check_values(result.values, -e, expected.values);
      CHECK_AT_MOST(result.residual, 1e-13);
      const Matrix unit = times(result.vectors, std::ldexp(1, e / 2));
      const Matrix metric = product(product(transpose(unit), b.near), unit);
      CHECK_AT_MOST(distance(metric, times(identity(9), std::ldexp(1, -(e % 2)))), 1e-9);
    });
  }
  test("results that do not fit are failures", [] {
    const Matrix large = times(ones(100, 80), 1e307);
    FAILURE_OF(Status::out_of_range, svd(large, 80));
    FAILURE_OF(Status::out_of_range, svd(large, 2));
    FAILURE_OF(Status::out_of_range, eigh(times(ones(20, 20), 1.7e308), nullptr, 20));
    FAILURE_OF(Status::out_of_range, eigh(times(ones(20, 20), 1.7e308), nullptr, 2));
    FAILURE_OF(Status::out_of_range, eig(times(ones(20, 20), 1.7e308)));
    FAILURE_OF(Status::out_of_range, solve(diagonal({1e-310}), diagonal({1})));
    FAILURE_OF(Status::out_of_range, matmul(diagonal({1e200}), diagonal({1e200}), false, false));
    const Matrix tiny = diagonal({1e-200, 1e-200});
    FAILURE_OF(Status::out_of_range, eigh(diagonal({1e200, 1e200}), &tiny, 2));
  });
}

void failures() {
  const auto check_direction = [](const Failure& failure, const std::vector<double>& expected) {
    CHECK(failure.direction.size() == expected.size());
    for (size_t i = 0; i < expected.size(); i++) CHECK_AT_MOST(std::fabs(failure.direction[i] - expected[i]), 1e-12);
  };
  test("NaN and infinities are refused before LAPACK, which might never return, sees them", [] {
    for (const double value : {static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
      Matrix a = random_definite(70, 1);
      a(3, 5) = a(5, 3) = value;
      const Matrix good = random_definite(70, 2);
      FAILURE_OF(Status::not_finite, svd(a, 70));
      FAILURE_OF(Status::not_finite, svd(a, 2));
      FAILURE_OF(Status::not_finite, eigh(a, nullptr, 2));
      FAILURE_OF(Status::not_finite, eigh(a, &good, 70));
      FAILURE_OF(Status::not_finite, eigh(good, &a, 70));
      FAILURE_OF(Status::not_finite, eig(a));
      FAILURE_OF(Status::not_finite, cholesky(a));
      FAILURE_OF(Status::not_finite, solve(a, good));
      FAILURE_OF(Status::not_finite, solve(good, a));
      FAILURE_OF(Status::not_finite, inverse_sqrt(a, std::nullopt));
      FAILURE_OF(Status::not_finite, whiten(a, 1e-9));
    }
  });
  test("an indefinite matrix names its eigenvalue and direction", [&] {
    for (const double scale : {1.0, 0x1p600, 0x1p-600}) {
      const Matrix a = times(matrix(3, 3, {1, 0, 0, 0, 1, 2, 0, 2, 1}), scale);
      const double half = std::sqrt(0.5);
      for (const Failure& failure :
           {FAILURE_OF(Status::not_positive_definite, cholesky(a)),
            FAILURE_OF(Status::not_positive_definite, inverse_sqrt(a, std::nullopt)),
            FAILURE_OF(Status::not_positive_definite, whiten(a, std::nullopt)),
            FAILURE_OF(Status::not_positive_definite, whiten(a, 1e-9)),
            FAILURE_OF(Status::not_positive_definite, eigh(identity(3), &a, 3))}) {
        CHECK(failure.value.has_value());
        CHECK_AT_MOST(std::fabs(*failure.value / scale + 1), 1e-12);
        check_direction(failure, {0, half, -half});
      }
    }
  });
  test("a singular matrix names its direction or its condition", [&] {
    const Matrix a = diagonal({1, 0, 2});
    check_direction(FAILURE_OF(Status::singular, inverse_sqrt(a, std::nullopt)), {0, 1, 0});
    check_direction(FAILURE_OF(Status::singular, whiten(a, std::nullopt)), {0, 1, 0});
    check_direction(FAILURE_OF(Status::singular, eigh(identity(3), &a, 1)), {0, 1, 0});
    FAILURE_OF(Status::singular, inverse_sqrt(Matrix::zeros(4, 4), 1e-9));
    CHECK(FAILURE_OF(Status::singular, solve(a, identity(3))).value == 0);
    CHECK_AT_MOST(*FAILURE_OF(Status::singular, solve(hilbert(15), identity(15))).value, kEpsilon);
  });
  test("a batch names the first matrix that fails, at any number of threads", [] {
    std::vector<Matrix> stack;
    for (int i = 0; i < 40; i++) stack.push_back(random_matrix(6, 4, static_cast<uint64_t>(i)));
    for (const int bad : {37, 23, 30}) stack[static_cast<size_t>(bad)] = times(ones(6, 4), 1.7e308);
    for (const int threads : {1, 2, 8}) {
      CHECK(FAILURE_OF(Status::out_of_range, svd_batch(stack, 4, threads, nullptr)).at == 23);
    }
    const std::atomic<int32_t> cancelled{1};
    FAILURE_OF(Status::cancelled, svd_batch(stack, 4, 2, &cancelled));
  });
}

void norms() {
  constexpr double kLargest = std::numeric_limits<double>::max(), kSmallest = 5e-324, kInfinity = HUGE_VAL;
  const auto norm_of = [](std::initializer_list<double> x) { return norm(x.begin(), static_cast<int64_t>(x.size())); };
  test("norms at the limits", [&] {
    CHECK(norm_of({}) == 0 && norm_of({0, -0.0}) == 0);
    CHECK(norm_of({kSmallest}) == kSmallest && norm_of({-kLargest, 0}) == kLargest);
    CHECK(norm_of({3 * kSmallest, -4 * kSmallest}) == 5 * kSmallest);
    CHECK(norm_of({3e307, 4e307, kSmallest}) == 5e307 && norm_of({kLargest, 1}) == kLargest);
    CHECK(norm_of({kLargest, kLargest}) == kInfinity && norm_of({1, -kInfinity}) == kInfinity);
    CHECK(std::isnan(norm_of({1, NAN, kInfinity})));
    CHECK_AT_MOST(std::fabs(norm_of({1e308, -1e308}) / std::sqrt(2.0) - 1e308), 1e294);
  });
  test("norms of any length, at any power of two", [] {
    for (int n = 1; n < 40; n++) {
      const Matrix x = random_matrix(1, n, static_cast<uint64_t>(n));
      const double near = norm(x.data.data(), n);
      CHECK_AT_MOST(std::fabs(near - size_of(x)), 4 * kEpsilon * near);
      // Elements above 2^-60 or so: these powers round none of them.
      for (const int e : {-900, -511, -3, 1, 512, 1020}) {
        const Matrix far = times_power(x, e);
        CHECK(norm(far.data.data(), n) == std::ldexp(near, e));
      }
    }
  });
}

// Against the residual itself, in long double.
void residuals() {
  for (const int k : {255, 256, 300}) {
    test("the residual of " + std::to_string(k) + " eigenpairs", [k] {
      const Matrix a = random_symmetric(300, 1), b = random_definite(300, 2);
      for (const Matrix* metric : {static_cast<const Matrix*>(nullptr), &b}) {
        const Eigh pairs = eigh(a, metric, k);
        Matrix scaled = metric == nullptr ? pairs.vectors.clone() : product(b, pairs.vectors);
        for (int64_t i = 0; i < scaled.size(); i++) scaled.data[i] *= pairs.values[i % k];
        const double whole = size_of(a) + (metric == nullptr ? 0 : std::fabs(pairs.values[0]) * size_of(b));
        const double expected = distance(product(a, pairs.vectors), scaled) / (whole * size_of(pairs.vectors));
        CHECK_AT_MOST(pairs.residual, 1e-14);
        // Four standard errors, and what the estimate rounds itself.
        CHECK_AT_MOST(expected, 10 * pairs.residual);
      }
    });
  }
}

}  // namespace

int main() {
  const BlasThreads one(1);
  norms();
  residuals();
  scales();
  failures();
  return finish();
}
