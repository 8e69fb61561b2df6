// The moments kernel: Σ r rᵀ over rows r = [x | z | y | 1], z noise that may be asked for, streamed.
//
// Rows are packed, as they arrive, into panels (tile.h) of a staging area while the other area is being summed. Blocks of
// a fixed number of rows start at fixed positions of the stream, each is summed from zero, and blocks are added in order,
// so the result has the same bits for any chunking, any number of threads and with or without snapshots on the way.
// Work: rows · width² flops (half of a full product, counted 2 per multiply-add). Memory: two staging areas of about
// 16 MB (one block at least) and width² / 2 doubles.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "../buffer.h"
#include "../tiles/integer_tile.h"
#include "staging.h"
#include "../tiles/tile.h"

namespace eigenview {

class Gram {
 public:
  // What a staging area may take, about.
  static constexpr int64_t kAreaBytes = int64_t{16} << 20;

  // The same for rows of so many numbers: of narrow ones no more than make turning an area over cheap.
  static int64_t bytes_for(int64_t width) { return std::min(kAreaBytes, int64_t{4096} * 8 * width); }

  // Rows of dx + dz + dy + 1 numbers; dx ≥ 1, dy ≥ 0, and dz noise coordinates, none unless given.
  Gram(int dx, int dy, const AppendedNoise& noise = {}, int64_t area_bytes = kAreaBytes);

  // Packs rows [from, to) of x (row-major, dx wide) and y (dy wide; null when dy = 0) until the staging area is full;
  // returns how many it took. May run beside help(), which reads the other area, but not beside swap() or snapshot().
  template <class X, class Y>
  int64_t fill(const X* x, const Y* y, int64_t from, int64_t to) {
    return staged_[front_].fill(x, y, from, to);
  }

  bool full() const { return staged_[front_].full(); }

  // Turns the full area over to help(); nobody still helps with the previous one.
  void swap();

  // Adds the area last turned over: help() and check().
  void sum(int threads);

  // Takes part in adding that area until nothing of it is left to take. Several callers may help at once.
  void help(int threads);

  // When all of them have returned: throws not_finite with the position of the first such element, out_of_range when finite
  // data overflow, leaving the accumulator unusable.
  void check() const;

  // Writes to `gram` (width², row-major, both triangles) everything filled so far, the partial area included; nothing
  // may be running. Returns the number of rows.
  int64_t snapshot(int threads, double* gram);

  int64_t bytes() const;
  // Rows of a staging area.
  int64_t capacity() const { return staged_[0].capacity(); }
  int width() const { return width_; }
  int dx() const { return dx_; }
  int dy() const { return dy_; }

 private:
  int64_t tiles() const { return panels_ * (panels_ + 1) / 2; }
  void add_blocks(const Staging& area, int threads, std::atomic<int64_t>& next, Buffer& tiles) const;
  void add_group(const Staging& area, int64_t p0, int64_t q0, int64_t group, Buffer& tiles) const;
  void add_doubles(const Staging& area, int64_t block, int64_t p0, int64_t q0, Buffer& tiles) const;
  void add_integers(const Staging& area, int64_t block, int64_t p0, int64_t q0, Buffer& tiles) const;
  void check_finite(const Staging& area, const Buffer& tiles) const;

  int dx_, dy_, width_;
  int64_t panels_;  // ⌈width / 24⌉
  Tile tile_;
  IntegerTile integer_tile_;
  Buffer tiles_;  // upper triangle of tiles, each 24×24
  Staging staged_[2];
  int front_ = 0;  // the area being filled
  std::atomic<int64_t> next_{0};  // of the groups of tiles of the other area, the first not taken
};

}  // namespace eigenview
