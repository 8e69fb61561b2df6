// The kernels of diagnostics and probes against their definitions; that threads and the cut into pieces change no bit, and that
// a raised flag ends them.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "../core/diagnostics/neighbours.h"
#include "../core/diagnostics/softmax.h"
#include "../core/diagnostics/uniformity.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

std::shared_ptr<RowStore> stored(const Matrix& x, int64_t piece = 1 << 20) {
  auto store = std::make_shared<RowStore>(x.cols);
  for (int64_t from = 0; from < x.rows; from += piece) store->add(x.row(from), std::min<int64_t>(piece, x.rows - from));
  return store;
}

double cosine(const Matrix& a, int64_t i, const Matrix& b, int64_t j) {
  long double ab = 0, aa = 0, bb = 0;
  for (int64_t c = 0; c < a.cols; c++) {
    ab += static_cast<long double>(a(i, c)) * b(j, c);
    aa += static_cast<long double>(a(i, c)) * a(i, c);
    bb += static_cast<long double>(b(j, c)) * b(j, c);
  }
  return static_cast<double>(ab / std::sqrt(aa * bb));
}

Matrix floats(Matrix x) {
  for (int64_t i = 0; i < x.size(); i++) x.data[i] = static_cast<double>(static_cast<float>(x.data[i]));
  return x;
}

void rows() {
  test("rows come back as they were, floats and others, in any pieces", [] {
    Matrix x = floats(random_matrix(500, 7, 1));
    for (int64_t j = 0; j < 7; j++) x(250, j) = 0.1;  // one row of the second block that no float holds
    std::vector<double> row(7);
    for (const int64_t piece : {1, 3, 200, 1000}) {
      const auto store = stored(x, piece);
      CHECK(store->rows() == 500);
      for (int64_t i = 0; i < 500; i++) {
        store->read(i, row.data());
        CHECK(same_bits(row.data(), x.row(i), 7));
      }
      // 192 + 116 rows of floats and 192 of doubles; 116 rounded up by doubling.
      CHECK(store->bytes() == 500 * 8 + 7 * (192 * 4 + 128 * 4 + 192 * 8));
    }
  });
  test("what is not finite stays so, and shows in the norm", [] {
    Matrix x = random_matrix(3, 2, 1);
    x(1, 0) = NAN;
    x(2, 1) = INFINITY;
    const auto store = stored(x);
    CHECK(std::isfinite(store->square(0)) && std::isnan(store->square(1)) && std::isinf(store->square(2)));
  });
}

void potential() {
  test("the potential is that of all pairs", [] {
    for (const int n : {2, 24, 25, 192, 193, 450}) {
      const Matrix x = random_matrix(n, 5, static_cast<uint64_t>(n));
      const auto store = stored(x);
      long double sum = 0;
      for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) sum += std::exp(-3 * (2 - 2 * cosine(x, i, x, j)));
      }
      const double found = pair_potential(*store, 3, 1, nullptr);
      CHECK_AT_MOST(std::fabs(found - static_cast<double>(sum)), 1e-13 * static_cast<double>(sum));
      for (const int threads : {2, 7}) CHECK(pair_potential(*store, 3, threads, nullptr) == found);
    }
  });
}

void check_neighbours(const Matrix& x, const Matrix& queries, int k, int threads) {
  const auto store = stored(x, 100), asked = stored(queries);
  const Neighbours found = nearest(*store, *asked, k, threads, nullptr);
  for (int64_t q = 0; q < queries.rows; q++) {
    std::vector<double> all(static_cast<size_t>(x.rows));
    for (int64_t i = 0; i < x.rows; i++) all[static_cast<size_t>(i)] = cosine(x, i, queries, q);
    std::vector<double> sorted = all;
    std::sort(sorted.rbegin(), sorted.rend());
    for (int64_t i = 0; i < k; i++) {
      const size_t at = static_cast<size_t>(q * k + i);
      CHECK_AT_MOST(std::fabs(found.similarities[at] - sorted[static_cast<size_t>(i)]), 4 * kEpsilon);
      CHECK_AT_MOST(std::fabs(all[static_cast<size_t>(found.rows[at])] - found.similarities[at]), 4 * kEpsilon);
    }
  }
}

void neighbours() {
  test("neighbours are those of all similarities sorted", [] {
    for (const int n : {1, 48, 49, 193, 600}) {
      for (const int d : {2, 9, 300}) {
        const Matrix x = random_matrix(n, d, static_cast<uint64_t>(n)), queries = random_matrix(70, d, 5);
        for (const int threads : {1, 3}) check_neighbours(x, queries, std::min(n, 12), threads);
      }
    }
  });
  test("rows that floats cannot tell apart are told apart", [] {
    Matrix x = random_matrix(400, 6, 2);
    for (int64_t i = 0; i < x.size(); i++) x.data[i] = 1 + 1e-6 * x.data[i];
    Matrix queries = random_matrix(9, 6, 3);
    for (int64_t i = 0; i < queries.size(); i++) queries.data[i] = 1 + 1e-6 * queries.data[i];
    check_neighbours(x, queries, 5, 2);
  });
  test("of equal rows the first ones, each once", [] {
    const Matrix row = random_matrix(1, 4, 1);
    RowStore store(4);
    for (int i = 0; i < 500; i++) store.add(row.row(0), 1);
    const Neighbours found = nearest(store, *stored(row), 100, 2, nullptr);
    for (int32_t i = 0; i < 100; i++) CHECK(found.rows[static_cast<size_t>(i)] == i);
  });
}

struct Problem {
  Matrix x;
  std::vector<int32_t> labels;
  int classes;
};

Problem problem(int n, int d, int classes) {
  Problem p{random_matrix(n, d, 11), std::vector<int32_t>(static_cast<size_t>(n)), classes};
  for (int i = 0; i < n; i++) p.labels[static_cast<size_t>(i)] = (7 * i) % classes;
  return p;
}

double value(const Problem& p, const Matrix& w) {
  long double total = 0;
  for (int64_t i = 0; i < p.x.rows; i++) {
    std::vector<long double> scores;
    for (int64_t c = 0; c < p.classes; c++) {
      long double score = w(c, p.x.cols);
      for (int64_t j = 0; j < p.x.cols; j++) score += static_cast<long double>(w(c, j)) * p.x(i, j);
      scores.push_back(score);
    }
    long double sum = 0;
    for (const long double score : scores) sum += std::exp(score);
    total += std::log(sum) - scores[static_cast<size_t>(p.labels[static_cast<size_t>(i)])];
  }
  return static_cast<double>(total / p.x.rows);
}

// (f(w + h v) − f(w − h v)) / 2h.
double slope(const Problem& p, const Matrix& w, const Matrix& v, double h) {
  Matrix up = w.clone(), down = w.clone();
  for (int64_t i = 0; i < w.size(); i++) {
    up.data[i] += h * v.data[i];
    down.data[i] -= h * v.data[i];
  }
  return (value(p, up) - value(p, down)) / (2 * h);
}

double inner(const Matrix& a, const Matrix& b) {
  return std::inner_product(a.data.data(), a.data.data() + a.size(), b.data.data(), 0.0);
}

void softmax() {
  test("loss, gradient and Hessian are those of differences", [] {
    for (const int classes : {2, 16, 17, 40}) {
      for (const int n : {1, 5, 192, 195}) {
        const Problem p = problem(n, 6, classes);
        Softmax f(stored(p.x), p.labels, classes);
        const Matrix w = random_matrix(classes, 7, 3), v = random_matrix(classes, 7, 4);
        Matrix gradient(classes, 7), product(classes, 7), ahead(classes, 7), behind(classes, 7);
        CHECK_AT_MOST(std::fabs(f.evaluate(w, gradient, 1, nullptr) - value(p, w)), 1e-13);
        CHECK_AT_MOST(std::fabs(inner(gradient, v) - slope(p, w, v, 1e-5)), 1e-8);
        f.product(v, product, 1, nullptr);
        Matrix up = w.clone(), down = w.clone();
        for (int64_t i = 0; i < w.size(); i++) {
          up.data[i] += 1e-5 * v.data[i];
          down.data[i] -= 1e-5 * v.data[i];
        }
        f.evaluate(up, ahead, 1, nullptr);
        f.evaluate(down, behind, 1, nullptr);
        for (int64_t i = 0; i < w.size(); i++) {
          CHECK_AT_MOST(std::fabs(product.data[i] - (ahead.data[i] - behind.data[i]) / 2e-5), 1e-8);
        }
      }
    }
  });
  test("curvature is the Hessian's diagonal along the biases", [] {
    const Problem p = problem(50, 3, 20);
    Softmax f(stored(p.x), p.labels, 20);
    const Matrix w = random_matrix(20, 4, 3);
    Matrix out(20, 4);
    f.evaluate(w, out, 1, nullptr);
    const std::vector<double> curvature = f.curvature(2);
    for (int64_t c = 0; c < 20; c++) {
      Matrix unit = Matrix::zeros(20, 4);
      unit(c, 3) = 1;
      f.product(unit, out, 2, nullptr);
      CHECK_AT_MOST(std::fabs(out(c, 3) - curvature[static_cast<size_t>(c)]), 1e-15);
    }
  });
  test("floats, pieces and threads change no bit", [] {
    const Problem p = problem(1000, 33, 5);
    const Matrix w = random_matrix(5, 34, 1), x = floats(p.x.clone());
    Matrix expected(5, 34), found(5, 34);
    Softmax whole(stored(x), p.labels, 5);
    const double loss = whole.evaluate(w, expected, 1, nullptr);
    std::vector<float> single(x.data.data(), x.data.data() + x.size());
    auto store = std::make_shared<RowStore>(33);
    store->add(single.data(), 77);
    store->add(single.data() + 77 * 33, 923);
    Softmax parts(store, p.labels, 5);
    for (const int threads : {1, 2, 9}) {
      CHECK(parts.evaluate(w, found, threads, nullptr) == loss);
      CHECK(same_bits(found, expected));
    }
  });
  test("scores of hundreds do not overflow", [] {
    const Problem p = problem(8, 2, 3);
    Softmax f(stored(p.x), p.labels, 3);
    Matrix gradient(3, 3);
    CHECK(std::isfinite(f.evaluate(times(random_matrix(3, 3, 1), 1e4), gradient, 1, nullptr)));
    CHECK(all_finite(gradient));
  });
}

void flags() {
  test("a raised flag ends every kernel", [] {
    const std::atomic<int32_t> raised{1};
    const Matrix x = random_matrix(500, 4, 1);
    const auto store = stored(x);
    Softmax f(store, std::vector<int32_t>(500), 2);
    Matrix w = Matrix::zeros(2, 5), out(2, 5);
    FAILURE_OF(Status::cancelled, pair_potential(*store, 2, 2, &raised));
    FAILURE_OF(Status::cancelled, nearest(*store, *store, 3, 2, &raised));
    FAILURE_OF(Status::cancelled, f.evaluate(w, out, 2, &raised));
    FAILURE_OF(Status::cancelled, f.product(w, out, 2, &raised));
  });
}

}  // namespace

int main() {
  rows();
  potential();
  neighbours();
  softmax();
  flags();
  return finish();
}
