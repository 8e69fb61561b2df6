// Multinomial logistic regression on rows that stay in memory: its loss, gradient and products with its Hessian. Weights are
// classes×(d + 1), the bias in the last column.
//
// Each call reads the rows once, a block at a time: scores and the sums that use them are made while the block is near. Work:
// 4 · n · d · classes flops, classes rounded up to a multiple of 16. Rows are summed in ranges that depend on the shapes alone,
// so the same bits come out at any number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "row_store.h"

namespace eigenview {

class Softmax {
 public:
  // One label in [0, classes) a row.
  Softmax(std::shared_ptr<const RowStore> store, std::vector<int32_t> labels, int classes);

  // (1/n) Σ −log p(label), and its gradient. Keeps the probabilities, n×classes. `cancelled` is polled and may be null.
  double evaluate(const Matrix& weights, Matrix& gradient, int threads, const std::atomic<int32_t>* cancelled);

  // The Hessian of that mean at the weights last evaluated, times a direction.
  void product(const Matrix& direction, Matrix& result, int threads, const std::atomic<int32_t>* cancelled) const;

  // (1/n) Σ p_c (1 − p_c) for each class at the weights last evaluated: the Hessian's diagonal along the biases.
  std::vector<double> curvature(int threads) const;

  int classes() const { return classes_; }
  int64_t width() const { return store_->cols() + 1; }
  int64_t bytes() const { return static_cast<int64_t>(sizeof(double)) * probabilities_.size(); }

 private:
  template <class Rows>
  double over_rows(const Matrix& weights, Matrix& sums, int threads, const std::atomic<int32_t>* cancelled,
                   const Rows& rows) const;

  std::shared_ptr<const RowStore> store_;
  std::vector<int32_t> labels_;
  int classes_;
  int64_t panels_;  // ⌈classes / 16⌉
  Buffer probabilities_;
};

}  // namespace eigenview
