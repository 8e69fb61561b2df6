// Rows of features that stay in memory while a probe or a diagnostic goes over them again and again.
//
// Rows lie in blocks that start at fixed positions, whatever the pieces they came in, so that sums by blocks have the same bits
// for any chunking. A block whose numbers are all floats, such as pixels, is kept as floats: half the memory to read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "../buffer.h"

namespace eigenview {

class RowStore {
 public:
  // A multiple of both panel widths of the tile kernels.
  static constexpr int64_t kBlock = 192;

  explicit RowStore(int cols) : cols_(cols) {}

  // Copies rows (row-major, cols() wide) behind those that are there. Nothing may be reading.
  template <class X>
  void add(const X* x, int64_t rows);

  int64_t rows() const { return static_cast<int64_t>(squares_.size()); }
  int64_t cols() const { return cols_; }
  int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }
  int64_t rows_of(int64_t block) const { return std::min(kBlock, rows() - block * kBlock); }

  // ‖row‖², summed in doubles; not finite if the row is not, or if it overflows.
  double square(int64_t row) const { return squares_[static_cast<size_t>(row)]; }

  // Calls work with the block's numbers, as the type they have; behind its last row are zeros up to a multiple of four rows.
  template <class Work>
  void visit(int64_t block, const Work& work) const {
    const Block& b = blocks_[static_cast<size_t>(block)];
    if (b.floats) {
      work(static_cast<const float*>(b.floats.get()));
    } else {
      work(b.doubles.data());
    }
  }

  // A row as doubles.
  void read(int64_t row, double* out) const;

  // Capacity included, for the garbage collector.
  int64_t bytes() const;

 private:
  struct Block {
    std::unique_ptr<float[]> floats;  // null where the block is of doubles
    Buffer doubles;
    int64_t capacity = 0;  // rows, a multiple of four
  };

  void grow(Block& block) const;
  void widen(Block& block) const;

  int64_t cols_;
  std::vector<Block> blocks_;
  std::vector<double> squares_;
};

}  // namespace eigenview
