// Batches of embeddings and how work on them is dealt to a team: in blocks and tiles that depend on the shape alone, each
// worked on by one thread, partial sums added up in their order, so that no bit depends on the number of threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "../buffer.h"
#include "../failure.h"
#include "../linalg/dense.h"
#include "../team.h"

namespace eigenview::losses {

// Some batches of rows×cols numbers, one behind the other.
struct Batches {
  int64_t count = 0, rows = 0, cols = 0;
  Buffer data;

  double* row(int64_t batch, int64_t i) { return data.data() + (batch * rows + i) * cols; }
  const double* row(int64_t batch, int64_t i) const { return data.data() + (batch * rows + i) * cols; }
};

// Where gradients go: one array of rows·cols numbers a batch, of any content at first.
using Gradients = std::vector<double*>;

// Whom a computation has to work with, and whether it is still wanted.
struct Team {
  int threads;
  const std::atomic<int32_t>* cancelled;

  // Calls work(item) for every item of [0, items). Throws cancelled.
  template <class Work>
  void each(int64_t items, const Work& work) const {
    for_each(items, threads, [&](int64_t item) {
      if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed) != 0) throw Failure(Status::cancelled);
      work(item);
    });
  }
};

// [0, length) in blocks of nearly one size, at most `most`.
class Blocks {
 public:
  Blocks(int64_t length, int64_t most) : length_(length), count_(std::max<int64_t>(1, (length + most - 1) / most)) {}
  int64_t count() const { return count_; }
  int64_t from(int64_t block) const { return block * length_ / count_; }
  int size(int64_t block) const { return static_cast<int>(from(block + 1) - from(block)); }

 private:
  int64_t length_, count_;
};

// Rows that elementwise work is dealt in: few enough to stay in a core's cache, enough to be worth a thread's while.
inline Blocks row_blocks(int64_t rows, int64_t cols) { return {rows, std::max<int64_t>(8, (int64_t{1} << 16) / cols)}; }

// The side of a tile of a product: BLAS copies what it multiplies, which smaller tiles do not repay.
constexpr int64_t kTile = 512;

// Throws not_finite at the first element that is not, its row counted over all batches.
void check_finite(const Batches& batches, const Team& team);

// Throws out_of_range when numbers that came of finite ones are not finite.
void check_result(const double* x, int64_t n);

// What was subtracted from the columns, origin + offset, and their sums of squares since, exactly 0 for a column of equal
// numbers.
struct Centred {
  Buffer origin, offset, squares;
};

// Subtracts its columns' means from a batch. Throws not_finite, as check_finite would, and out_of_range.
Centred centre(Batches& batches, int64_t batch, const Team& team);

// XᵀY of the rows of two batches, cols×cols; of one with itself a symmetric matrix.
Matrix cross_product(const Batches& batches, int64_t x, int64_t y, const Team& team);

}  // namespace eigenview::losses
