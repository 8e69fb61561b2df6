// Where rows r = [x | z | y | 1] wait to be summed, packed as the inner kernels want them. A block of rows is kept as 16-bit
// integers while all of its numbers are whole and small (integer_tile.h), else as doubles (tile.h).
#pragma once

#include <cstdint>
#include <vector>

#include "../buffer.h"
#include "../random.h"

namespace eigenview {

// Noise coordinates z that are drawn where rows are packed: z_j = deviations[j] · g with g the standard normal of
// coordinate dx + j of the row in the stream. As if x had been extended by zeros and corrupted, but with no memory for it.
struct AppendedNoise {
  std::vector<double> deviations;
  Stream stream{0, 0};
};

class Staging {
 public:
  // Room for about so many bytes of doubles, one block at least. `integers`: whether integer blocks are wanted.
  Staging(int dx, int dy, const AppendedNoise& noise, int64_t bytes, int64_t block_rows, bool integers);

  // Packs rows [from, to) of x (row-major, dx wide) and y (dy wide; null when dy = 0) until the area is full; returns how
  // many it took. Allocates nothing.
  template <class X, class Y>
  int64_t fill(const X* x, const Y* y, int64_t from, int64_t to);

  // Empties the area; its next row is row `first` of the stream.
  void restart(int64_t first);

  bool full() const { return rows_ == capacity_; }
  int64_t capacity() const { return capacity_; }
  int64_t rows() const { return rows_; }
  int64_t first() const { return first_; }
  int64_t blocks() const { return (rows_ + block_rows_ - 1) / block_rows_; }
  int64_t rows_per_block() const { return block_rows_; }
  int64_t rows_of(int64_t block) const;
  bool is_integer(int64_t block) const { return integer_[static_cast<size_t>(block)] != 0; }

  // Whether panel p of a block of integers is all zeros, as the margins of images are.
  bool is_zero(int64_t block, int64_t p) const { return filled_[static_cast<size_t>(block * integer_panels_ + p)] == 0; }

  // Panel p of a block of doubles: rows_of(block)·24 numbers.
  const double* panel(int64_t block, int64_t p) const;
  // Panel p of a block of integers: ⌈rows_of(block) / 2⌉·96 numbers.
  const int16_t* integer_panel(int64_t block, int64_t p) const;

  int64_t bytes() const { return static_cast<int64_t>(sizeof(double)) * area_.size(); }

 private:
  // These two take row r of a block from row_. put_integers returns false, with nothing written to the block, for a row that
  // is not of small integers; `last`: no other row follows before the area may be read.
  void put_doubles(int64_t block, int64_t r);
  bool put_integers(int64_t block, int64_t r, bool last);
  // Rows 2·pair and 2·pair + 1, from even_ and odd_.
  void put_pair(int64_t block, int64_t pair);
  // Turns the first r rows of a block of integers into doubles. Row r is yet to come.
  void to_doubles(int64_t block, int64_t r);

  void draw(int64_t sample);

  int dx_, dy_;
  AppendedNoise noise_;
  int64_t width_;           // dx + dz + dy + 1
  int64_t panels_;          // ⌈width / 24⌉
  int64_t integer_panels_;  // ⌈panels / 2⌉
  int64_t block_rows_;
  int64_t capacity_;
  bool integers_;
  Buffer area_;
  Buffer row_;                       // the row being packed, zeros behind its end
  std::vector<int16_t> even_, odd_;  // the last two rows of a block of integers
  std::vector<char> integer_;        // which blocks are of integers
  std::vector<char> filled_;         // which panels of these are not all zeros
  Buffer normals_;                   // of one row, from an even coordinate on
  int64_t rows_ = 0;
  int64_t first_ = 0;
};

}  // namespace eigenview
