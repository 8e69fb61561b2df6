#include "softmax.h"

#include <algorithm>
#include <cmath>

#include "../clones.h"
#include "../failure.h"
#include "../team.h"

namespace eigenview {
namespace {

// Classes of a panel: two vectors of eight. Panel p of weights is (d + 1)×16, element (j, c) that of class 16 p + c.
constexpr int64_t kClasses = 16;

// Rows that share the weights in registers.
constexpr int64_t kRows = 4;

typedef double Eight __attribute__((vector_size(64), may_alias));

// scores (4 rows, `stride` apart) = [x | 1] · panel.
template <class X>
EIGENVIEW_INLINE void score_rows(const X* x, int64_t d, const double* panel, double* scores, int64_t stride) {
  const Eight* w = reinterpret_cast<const Eight*>(panel);
  Eight s[kRows][2];
  for (int64_t r = 0; r < kRows; r++) {
    s[r][0] = w[2 * d];
    s[r][1] = w[2 * d + 1];
  }
  for (int64_t j = 0; j < d; j++) {
    const Eight w0 = w[2 * j], w1 = w[2 * j + 1];
#pragma GCC unroll 4
    for (int64_t r = 0; r < kRows; r++) {
      const double value = static_cast<double>(x[r * d + j]);
      s[r][0] += value * w0;
      s[r][1] += value * w1;
    }
  }
  for (int64_t r = 0; r < kRows; r++) {
    Eight* out = reinterpret_cast<Eight*>(scores + r * stride);
    out[0] = s[r][0];
    out[1] = s[r][1];
  }
}

// panel += [x | 1]ᵀ · residuals, over 4 rows.
template <class X>
EIGENVIEW_INLINE void add_rows(const X* x, int64_t d, const double* residuals, int64_t stride, double* panel) {
  Eight* g = reinterpret_cast<Eight*>(panel);
  Eight e[kRows][2];
  for (int64_t r = 0; r < kRows; r++) {
    const Eight* from = reinterpret_cast<const Eight*>(residuals + r * stride);
    e[r][0] = from[0];
    e[r][1] = from[1];
  }
  for (int64_t j = 0; j < d; j++) {
    Eight g0 = g[2 * j], g1 = g[2 * j + 1];
#pragma GCC unroll 4
    for (int64_t r = 0; r < kRows; r++) {
      const double value = static_cast<double>(x[r * d + j]);
      g0 += value * e[r][0];
      g1 += value * e[r][1];
    }
    g[2 * j] = g0;
    g[2 * j + 1] = g1;
  }
  g[2 * d] += (e[0][0] + e[1][0]) + (e[2][0] + e[3][0]);
  g[2 * d + 1] += (e[0][1] + e[1][1]) + (e[2][1] + e[3][1]);
}

template <class X>
EIGENVIEW_INLINE void score_all(const X* x, int64_t rows, int64_t d, const double* panel, double* scores,
                                int64_t stride) {
  for (int64_t r = 0; r < rows; r += kRows) score_rows(x + r * d, d, panel, scores + r * stride, stride);
}

template <class X>
EIGENVIEW_INLINE void add_all(const X* x, int64_t rows, int64_t d, const double* residuals, int64_t stride,
                              double* panel) {
  for (int64_t r = 0; r < rows; r += kRows) add_rows(x + r * d, d, residuals + r * stride, stride, panel);
}

EIGENVIEW_CLONES void score(const float* x, int64_t rows, int64_t d, const double* panel, double* out, int64_t stride) {
  score_all(x, rows, d, panel, out, stride);
}
EIGENVIEW_CLONES void score(const double* x, int64_t rows, int64_t d, const double* panel, double* out,
                            int64_t stride) {
  score_all(x, rows, d, panel, out, stride);
}
EIGENVIEW_CLONES void add(const float* x, int64_t rows, int64_t d, const double* e, int64_t stride, double* panel) {
  add_all(x, rows, d, e, stride, panel);
}
EIGENVIEW_CLONES void add(const double* x, int64_t rows, int64_t d, const double* e, int64_t stride, double* panel) {
  add_all(x, rows, d, e, stride, panel);
}

// classes×width, row-major, as panels: zeros for classes that are missing.
Buffer to_panels(const Matrix& weights, int64_t panels) {
  const int64_t width = weights.cols;
  Buffer out = Buffer::zeros(panels * width * kClasses);
  for (int64_t c = 0; c < weights.rows; c++) {
    double* panel = out.data() + c / kClasses * width * kClasses + c % kClasses;
    for (int64_t j = 0; j < width; j++) panel[kClasses * j] = weights(c, j);
  }
  return out;
}

// Turns scores into probabilities; returns −log of that of the label.
double normalise(double* scores, int classes, int32_t label) {
  const double most = *std::max_element(scores, scores + classes), own = scores[label];
  double sum = 0;
  for (int c = 0; c < classes; c++) sum += scores[c] = std::exp(scores[c] - most);
  for (int c = 0; c < classes; c++) scores[c] /= sum;
  return std::log(sum) - (own - most);
}

// How many ranges the rows are cut into, each with sums of its own of so many numbers: 128 MB together, for any machine.
int64_t ranges(int64_t blocks, int64_t numbers) {
  return std::min(blocks, std::clamp<int64_t>((int64_t{1} << 24) / numbers, 8, 64));
}

}  // namespace

Softmax::Softmax(std::shared_ptr<const RowStore> store, std::vector<int32_t> labels, int classes)
    : store_(std::move(store)),
      labels_(std::move(labels)),
      classes_(classes),
      panels_((classes + kClasses - 1) / kClasses),
      probabilities_(store_->rows() * classes) {}

// Calls rows(row, scores) for each row, which turns the scores into what the row is weighted with in the sums, and adds up
// what it returns. sums: classes×width, Σ weight · [x | 1].
template <class Rows>
double Softmax::over_rows(const Matrix& weights, Matrix& sums, int threads, const std::atomic<int32_t>* cancelled,
                          const Rows& rows) const {
  const int64_t d = store_->cols(), size = panels_ * width() * kClasses, stride = panels_ * kClasses;
  const int64_t blocks = store_->blocks(), count = ranges(blocks, size);
  const Buffer panels = to_panels(weights, panels_);
  Buffer partial = Buffer::zeros(count * size);
  std::vector<double> totals(static_cast<size_t>(count));
  for_each(count, threads, [&](int64_t item) {
    Buffer scores(RowStore::kBlock * stride);
    double* own = partial.data() + item * size;
    double total = 0;
    for (int64_t block = item * blocks / count; block < (item + 1) * blocks / count; block++) {
      if (cancelled != nullptr && *cancelled != 0) throw Failure(Status::cancelled);
      const int64_t here = store_->rows_of(block), padded = (here + kRows - 1) / kRows * kRows;
      store_->visit(block, [&](auto* x) {
        for (int64_t p = 0; p < panels_; p++) {
          score(x, padded, d, panels.data() + p * width() * kClasses, scores.data() + p * kClasses, stride);
        }
        for (int64_t r = 0; r < here; r++) total += rows(block * RowStore::kBlock + r, scores.data() + r * stride);
        std::fill(scores.data() + here * stride, scores.data() + padded * stride, 0.0);
        for (int64_t p = 0; p < panels_; p++) {
          add(x, padded, d, scores.data() + p * kClasses, stride, own + p * width() * kClasses);
        }
      });
    }
    totals[static_cast<size_t>(item)] = total;
  });
  double total = 0;
  for (const double each : totals) total += each;
  const double n = static_cast<double>(store_->rows());
  for (int64_t c = 0; c < classes_; c++) {
    for (int64_t j = 0; j < width(); j++) {
      const int64_t at = (c / kClasses * width() + j) * kClasses + c % kClasses;
      double sum = 0;
      for (int64_t item = 0; item < count; item++) sum += partial[item * size + at];
      sums(c, j) = sum / n;
    }
  }
  return total / n;
}

double Softmax::evaluate(const Matrix& weights, Matrix& gradient, int threads,
                         const std::atomic<int32_t>* cancelled) {
  return over_rows(weights, gradient, threads, cancelled, [&](int64_t row, double* scores) {
    const int32_t label = labels_[static_cast<size_t>(row)];
    const double loss = normalise(scores, classes_, label);
    std::copy_n(scores, classes_, probabilities_.data() + row * classes_);
    scores[label] -= 1;
    return loss;
  });
}

std::vector<double> Softmax::curvature(int threads) const {
  std::vector<double> sums(static_cast<size_t>(panels_ * kClasses));
  // Classes that share cache lines go together.
  for_each(panels_, threads, [&](int64_t panel) {
    const int64_t first = panel * kClasses, end = std::min<int64_t>(classes_, first + kClasses);
    for (int64_t row = 0; row < store_->rows(); row++) {
      const double* p = probabilities_.data() + row * classes_;
      for (int64_t c = first; c < end; c++) sums[static_cast<size_t>(c)] += p[c] * (1 - p[c]);
    }
  });
  sums.resize(static_cast<size_t>(classes_));
  for (double& sum : sums) sum /= static_cast<double>(store_->rows());
  return sums;
}

void Softmax::product(const Matrix& direction, Matrix& result, int threads,
                      const std::atomic<int32_t>* cancelled) const {
  over_rows(direction, result, threads, cancelled, [&](int64_t row, double* scores) {
    const double* p = probabilities_.data() + row * classes_;
    double mean = 0;
    for (int c = 0; c < classes_; c++) mean += p[c] * scores[c];
    for (int c = 0; c < classes_; c++) scores[c] = p[c] * (scores[c] - mean);
    return 0.0;
  });
}

}  // namespace eigenview
