// Cosine similarities of rows, a panel by a panel, in single or double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>

#include "../tiles/single_tile.h"
#include "../tiles/tile.h"
#include "row_store.h"

namespace eigenview {

// Rows as the columns of panels, one panel behind the other, and the kernel that multiplies two of them.
struct SinglePanels {
  using Number = float;
  static constexpr int64_t kWidth = kSinglePanel;
  static auto choose() { return choose_single_tile(); }
};
struct DoublePanels {
  using Number = double;
  static constexpr int64_t kWidth = kPanel;
  static auto choose() { return choose_tile().run; }
};

// 1/‖row‖. Rows without a direction are refused before they come here.
inline double inverse_norm(const RowStore& store, int64_t row) { return 1 / std::sqrt(store.square(row)); }

template <class Panels>
class UnitRows {
 public:
  using Number = typename Panels::Number;
  static constexpr int64_t kWidth = Panels::kWidth;

  // Room for so many rows of d numbers.
  UnitRows(int64_t rows, int64_t d)
      : d_(d), numbers_(static_cast<Number*>(::operator new(size(rows, d), std::align_val_t{64}))) {}

  // Packs a block of the store, each row at unit length.
  void pack(const RowStore& store, int64_t block) {
    const int64_t rows = store.rows_of(block);
    rows_ = rows;
    double scale[RowStore::kBlock];
    for (int64_t i = 0; i < rows; i++) scale[i] = inverse_norm(store, block * RowStore::kBlock + i);
    store.visit(block, [&](auto* x) {
      for (int64_t p = 0; p < panels(); p++) {
        const int64_t first = p * kWidth;
        pack_panel(x + first * d_, scale + first, std::min(kWidth, rows - first), slot(p));
      }
    });
  }

  // Packs any rows of it.
  void pack(const RowStore& store, const int64_t* which, int64_t count) {
    rows_ = count;
    Buffer rows(kWidth * d_);
    double scale[kWidth];
    for (int64_t p = 0; p < panels(); p++) {
      const int64_t first = p * kWidth, filled = std::min(kWidth, count - first);
      for (int64_t i = 0; i < filled; i++) {
        store.read(which[first + i], rows.data() + i * d_);
        scale[i] = inverse_norm(store, which[first + i]);
      }
      pack_panel(static_cast<const double*>(rows.data()), scale, filled, slot(p));
    }
  }

  int64_t rows() const { return rows_; }
  int64_t panels() const { return (rows_ + kWidth - 1) / kWidth; }
  int64_t rows_of(int64_t p) const { return std::min(kWidth, rows_ - p * kWidth); }
  const Number* panel(int64_t p) const { return numbers_.get() + p * kWidth * d_; }

 private:
  struct Free {
    void operator()(Number* numbers) const { ::operator delete(numbers, std::align_val_t{64}); }
  };
  static size_t size(int64_t rows, int64_t d) {
    return static_cast<size_t>((rows + kWidth - 1) / kWidth * kWidth * d) * sizeof(Number);
  }
  Number* slot(int64_t p) { return numbers_.get() + p * kWidth * d_; }

  template <class X>
  void pack_panel(const X* x, const double* scale, int64_t rows, Number* panel) const {
    if (rows < kWidth) std::fill_n(panel, kWidth * d_, Number{0});
    // Column stretches of a cache line, so that each line of x is read once.
    for (int64_t c0 = 0; c0 < d_; c0 += 16) {
      const int64_t c1 = std::min(d_, c0 + 16);
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t c = c0; c < c1; c++) {
          panel[kWidth * c + i] = static_cast<Number>(static_cast<double>(x[i * d_ + c]) * scale[i]);
        }
      }
    }
  }

  int64_t d_;
  int64_t rows_ = 0;
  std::unique_ptr<Number, Free> numbers_;
};

// Columns that a tile call sums before it adds to its doubles.
constexpr int64_t kSimilarityStep = 256;

// All similarities of a panel of a with one of b: that of rows i and j at out[width · j + i].
template <class Number, class Run>
void similarities(Run tile, const Number* a, const Number* b, int64_t width, int64_t d, double* out) {
  std::fill_n(out, width * width, 0.0);
  for (int64_t c = 0; c < d; c += kSimilarityStep) {
    tile(a + c * width, b + c * width, std::min(kSimilarityStep, d - c), out);
  }
}

}  // namespace eigenview
