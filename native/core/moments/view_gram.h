// Sums over samples x with m views v_1 … v_m each, streamed. With the mean view x̂ and its shift e = x̂ − x, or e = x̂ where
// views are not near their samples, these are, over samples,
//
//   inputs      Σ r rᵀ over r = [x | y | 1], in doubles (gram.h);
//   deviations  Σ Σ_j (v_j − x̂)(v_j − x̂)ᵀ;
//   shifts      Σ e eᵀ;
//   cross       Σ r eᵀ;
//
// from which TypeScript puts the moments together without differences of large numbers. The deviations of m views are summed
// as m − 1 contrasts c_k = √(k/(k+1)) (v_{k+1} − mean of v_1 … v_k) (Welford, Helmert), and these, shifts and cross in single
// precision (single_tile.h).
//
// Samples arrive in an area of raw rows while the views of the previous one are drawn and packed into panels, and while
// the panels of the one before are being summed. Areas start at fixed positions of the stream, blocks of rows at fixed ones
// of an area, and blocks are added in order: the same bits for any chunking, any number of threads, and with or without
// snapshots on the way.
// Work for n samples: n (m + 3 (d_x + d_y)/d) d² flops in single precision (half of full products, counted 2 per
// multiply-add), n d_x² in double, and the drawing. Memory: about 100 MB and the sums.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "../tiles/single_tile.h"
#include "../views/step.h"
#include "gram.h"

namespace eigenview {

struct ViewPlan {
  // Draws views from samples; null where views are given beside them.
  std::shared_ptr<const Step> step;
  int views = 2;         // m ≥ 2
  int width = 1;         // d, of a view
  // Whether e = x̂ − x, for views as wide as samples.
  bool shifted = false;
  uint64_t seed = 0;
  uint64_t first_sample = 0;
  // Powers of two that bring the numbers of x, y and views near 1, so that their products fit a float.
  double input_scale = 1, target_scale = 1, view_scale = 1;
  // What the deviations of an area, the most of it, may take. The exact sums have areas of half of that.
  int64_t area_bytes = 2 * Gram::kAreaBytes;
};

// Where rows of single precision wait to be summed.
class PanelArea {
 public:
  PanelArea() = default;
  // For up to so many rows.
  PanelArea(int64_t columns, int64_t rows);

  // Row r from `row`, columns() numbers, each times `scale`.
  void put(int64_t r, const double* row, double scale);
  const float* panel(int64_t block, int64_t p) const;

  int64_t panels() const { return panels_; }
  int64_t blocks(int64_t rows) const { return (rows + kBlockRows - 1) / kBlockRows; }
  int64_t rows_of(int64_t block, int64_t rows) const;
  int64_t bytes() const { return static_cast<int64_t>(sizeof(double)) * area_.size(); }

 private:
  static constexpr int64_t kBlockRows = 256;
  int64_t columns_ = 0, panels_ = 0;
  Buffer area_;  // of floats
};

class ViewGram {
 public:
  ViewGram(int dx, int dy, const ViewPlan& plan);

  // Takes rows [from, to) of x (dx wide), of y (dy wide; null when dy = 0) and, without a step, their views (m·d wide) until
  // the area is full; returns how many. May run beside help(), but not beside swap() or snapshot().
  template <class X, class Y>
  int64_t fill(const X* x, const Y* y, const double* views, int64_t from, int64_t to);

  bool full() const { return raw_[front_].rows == capacity_ || inputs_.full(); }

  // Turns the full area over to help(); nobody still helps with the previous one.
  void swap();

  // Takes part in drawing the area last turned over and in summing the one before, until nothing of them is left to take.
  void help(int threads);

  // When all helpers have returned: throws not_finite with the position of the first such input, out_of_range when finite
  // inputs or their views overflow, leaving the accumulator unusable.
  void check() const;

  struct Sums {
    int64_t count = 0;
    Matrix inputs, deviations, shifts, cross;
  };
  // Everything filled so far, the partial area included; nothing may be running.
  Sums snapshot(int threads);

  int64_t bytes() const;
  int dx() const { return dx_; }
  int dy() const { return dy_; }
  // Numbers of given views beside a sample.
  int64_t given() const { return plan_.step == nullptr ? static_cast<int64_t>(plan_.views) * plan_.width : 0; }

 private:
  // Rows as they came: [x | y | 1] and given views.
  struct Raw {
    Buffer inputs, views;
    int64_t rows = 0, first = 0;
  };
  struct Panels {
    PanelArea deviations, shifts, inputs;
    int64_t samples = 0;
  };
  // Sums in tiles of 48×48: upper triangles of the deviations and the shifts, and all of the cross products.
  struct Tiles {
    int64_t views, inputs;  // panels of a view and of an input row
    Buffer deviations, shifts, cross;
    Tiles clone() const;
    int64_t groups() const;
  };
  void add_group(const Panels& panels, int64_t group, Tiles& tiles) const;

  static constexpr int64_t kNone = INT64_MAX;

  int64_t batches(int64_t rows) const { return (rows + batch_ - 1) / batch_; }
  void draw(const Raw& raw, int64_t batch, Panels& panels);
  bool find_strange(const Raw& raw, int64_t from, int64_t to);
  void pack(const Raw& raw, int64_t row, const double* view, Panels& panels, double* scratch) const;
  void check_inputs(const Raw& raw) const;
  static void check_views(const Tiles& tiles);

  int dx_, dy_, width_;  // width of [x | y | 1]
  ViewPlan plan_;
  SingleTile tile_;
  std::vector<double> scales_;  // of r
  int64_t capacity_ = 0;        // samples of an area
  int64_t batch_ = 1;           // samples that one thread draws
  int64_t lot_ = 1;             // of their views, those drawn together
  Gram inputs_;
  bool inputs_turned_ = false;
  Raw raw_[2];
  Panels panels_[2];
  Tiles tiles_;
  int front_ = 0;        // the raw area being filled
  int drawing_ = -1;     // the raw and the panel area being drawn, if one is
  int summing_ = -1;     // the panel area being summed, if one is
  std::atomic<int64_t> next_{0};
  std::atomic<int64_t> strange_{kNone};  // the first row of the area being drawn that is not finite
};

}  // namespace eigenview
