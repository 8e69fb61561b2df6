// The moments kernel: Σ r rᵀ over rows r = [x | y | 1], streamed.
//
// Rows are packed, as they arrive, into panels (tile.h) of a staging area while the other area is being summed. Blocks of
// a fixed number of rows start at fixed positions of the stream, each is summed from zero, and blocks are added in order,
// so the result has the same bits for any chunking, any number of threads and with or without snapshots on the way.
// Work: rows · width² flops (half of a full product, counted 2 per multiply-add). Memory: two staging areas of about
// 16 MB (one block at least) and width² / 2 doubles.
#pragma once

#include <cstdint>

#include "../buffer.h"
#include "tile.h"

namespace eigenview {

class Gram {
 public:
  // Rows of dx + dy + 1 numbers; dx ≥ 1, dy ≥ 0.
  Gram(int dx, int dy);

  // Packs rows [from, to) of x (row-major, dx wide) and y (dy wide; null when dy = 0) until the staging area is full;
  // returns how many it took. May run beside sum(), which reads the other area, but not beside swap() or snapshot().
  template <class X, class Y>
  int64_t fill(const X* x, const Y* y, int64_t from, int64_t to);

  bool full() const { return staged_[front_].rows == capacity_; }

  // Turns the full area over to sum(); the previous sum has ended.
  void swap();

  // Adds the area last turned over. Throws not_finite with the position of the first such element, out_of_range when
  // finite data overflow, leaving the accumulator unusable.
  void sum(int threads);

  // Writes to `gram` (width², row-major, both triangles) everything filled so far, the partial area included; nothing
  // may be running. Returns the number of rows.
  int64_t snapshot(int threads, double* gram);

  int64_t bytes() const;
  int width() const { return width_; }
  int dx() const { return dx_; }
  int dy() const { return dy_; }

 private:
  struct Area {
    Buffer panels;
    int64_t rows = 0;
    int64_t first = 0;  // index in the stream of the area's first row
  };

  int64_t tiles() const { return panels_ * (panels_ + 1) / 2; }
  void add_blocks(const Area& area, int64_t first_block, int64_t blocks, int threads, Buffer& tiles) const;
  void check_finite(const Area& area, const Buffer& tiles) const;
  const double* panel(const Area& area, int64_t block, int64_t p) const;

  int dx_, dy_, width_;
  int64_t panels_;       // ⌈width / 24⌉
  int64_t block_rows_;   // rows per block: a function of the width alone
  int64_t capacity_;     // rows per staging area, a multiple of block_rows_
  Tile tile_;
  Buffer tiles_;         // upper triangle of tiles, each 24×24
  Area staged_[2];
  int front_ = 0;        // the area being filled
  int64_t seen_ = 0;     // rows before the front area
};

}  // namespace eigenview
