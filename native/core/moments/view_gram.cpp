#include "view_gram.h"

#include <algorithm>
#include <cmath>

#include "../clones.h"
#include "../failure.h"
#include "../team.h"

namespace eigenview {
namespace {

constexpr int64_t kTile = kSinglePanel * kSinglePanel;

// Views drawn together, as doubles: they go through all steps within a second-level cache.
constexpr int64_t kBatchBytes = int64_t{256} << 10;

// As many as a projector (project.h) takes at once are drawn together however wide they are, if one sample has so many.
constexpr int64_t kLot = 96;

// Panels along one side of a group of tiles, which share them.
constexpr int64_t kGroup = 4;

// Tile (p, q), p ≤ q, of an upper triangle.
int64_t index(int64_t p, int64_t q) { return q * (q + 1) / 2 + p; }

int64_t triangle(int64_t n) { return n * (n + 1) / 2; }

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Element (i, j) of an upper triangle of tiles, i ≤ j.
double element(const Buffer& tiles, int64_t i, int64_t j) {
  return tiles[index(i / kSinglePanel, j / kSinglePanel) * kTile + (j % kSinglePanel) * kSinglePanel + i % kSinglePanel];
}

EIGENVIEW_CLONES void to_floats(const double* row, int64_t count, double scale, float* out) {
  for (int64_t i = 0; i < count; i++) out[i] = static_cast<float>(row[i] * scale);
}

// One step of Welford's: the contrast of v against the mean of those before it, and their mean with it.
EIGENVIEW_CLONES void add_view(const double* v, int64_t d, double weight, double share, double* mean, double* contrast) {
  for (int64_t j = 0; j < d; j++) {
    const double difference = v[j] - mean[j];
    contrast[j] = weight * difference;
    mean[j] += share * difference;
  }
}

EIGENVIEW_CLONES void subtract(const double* row, int64_t d, double* from) {
  for (int64_t j = 0; j < d; j++) from[j] -= row[j];
}

// Whether all are finite: x − x is 0 for every finite x and NaN otherwise.
EIGENVIEW_CLONES bool all_finite(const double* row, int64_t count) {
  int strange = 0;
  for (int64_t j = 0; j < count; j++) strange |= static_cast<int>(!(row[j] - row[j] == 0));
  return strange == 0;
}

// Both triangles of an n×n matrix from the upper triangle of tiles, times the square of a factor.
Matrix symmetric(const Buffer& tiles, int n, double factor, int threads) {
  Matrix result(n, n);
  for_each(ceil_divide(n, kSinglePanel), threads, [&](int64_t q) {
    for (int64_t p = 0; p <= q; p++) {
      const double* tile = tiles.data() + index(p, q) * kTile;
      for (int64_t j = q * kSinglePanel; j < std::min<int64_t>(n, (q + 1) * kSinglePanel); j++, tile += kSinglePanel) {
        for (int64_t i = p * kSinglePanel; i < std::min(j + 1, (p + 1) * kSinglePanel); i++) {
          result(i, j) = result(j, i) = factor * (factor * tile[i - p * kSinglePanel]);
        }
      }
    }
  });
  return result;
}

// rows×cols from a rectangle of tiles, `across` of them in a column of tiles; row i times factor(i).
template <class Factor>
Matrix rectangle(const Buffer& tiles, int rows, int cols, int64_t across, const Factor& factor, int threads) {
  Matrix result(rows, cols);
  for_each(across, threads, [&](int64_t p) {
    for (int64_t q = 0; q < ceil_divide(cols, kSinglePanel); q++) {
      const double* tile = tiles.data() + (q * across + p) * kTile;
      for (int64_t i = p * kSinglePanel; i < std::min<int64_t>(rows, (p + 1) * kSinglePanel); i++) {
        for (int64_t j = q * kSinglePanel; j < std::min<int64_t>(cols, (q + 1) * kSinglePanel); j++) {
          result(i, j) = factor(i) * tile[(j - q * kSinglePanel) * kSinglePanel + i - p * kSinglePanel];
        }
      }
    }
  });
  return result;
}

}  // namespace

PanelArea::PanelArea(int64_t columns, int64_t rows)
    : columns_(columns),
      panels_(ceil_divide(columns, kSinglePanel)),
      // Two floats a double. Columns beyond the last are zeros; not touched otherwise, so that a few rows cost few pages.
      area_(ceil_divide(blocks(rows) * kBlockRows * panels_ * kSinglePanel, 2)) {}

int64_t PanelArea::rows_of(int64_t block, int64_t rows) const { return std::min(kBlockRows, rows - block * kBlockRows); }

const float* PanelArea::panel(int64_t block, int64_t p) const {
  return reinterpret_cast<const float*>(area_.data()) + (block * panels_ + p) * kBlockRows * kSinglePanel;
}

void PanelArea::put(int64_t r, const double* row, double scale) {
  float* start = reinterpret_cast<float*>(area_.data()) + r / kBlockRows * panels_ * kBlockRows * kSinglePanel;
  float* out = start + r % kBlockRows * kSinglePanel;
  for (int64_t p = 0; p < panels_; p++, out += kBlockRows * kSinglePanel) {
    const int64_t count = std::min(kSinglePanel, columns_ - p * kSinglePanel);
    to_floats(row + p * kSinglePanel, count, scale, out);
    for (int64_t i = count; i < kSinglePanel; i++) out[i] = 0;
  }
}

ViewGram::Tiles ViewGram::Tiles::clone() const {
  const auto copy = [](const Buffer& buffer) { return Buffer::copy(buffer.data(), buffer.size()); };
  return {views, inputs, copy(deviations), copy(shifts), copy(cross)};
}

int64_t ViewGram::Tiles::groups() const {
  const int64_t side = ceil_divide(views, kGroup);
  return 2 * triangle(side) + side * ceil_divide(inputs, kGroup);
}

ViewGram::ViewGram(int dx, int dy, const ViewPlan& plan)
    : dx_(dx),
      dy_(dy),
      width_(dx + dy + 1),
      plan_(plan),
      tile_(choose_single_tile()),
      scales_(static_cast<size_t>(width_), 1.0),
      inputs_(dx, dy, {}, plan.area_bytes / 2) {
  std::fill_n(scales_.begin(), dx, plan.input_scale);
  std::fill_n(scales_.begin() + dx, dy, plan.target_scale);
  const int64_t views = ceil_divide(plan.width, kSinglePanel), inputs = ceil_divide(width_, kSinglePanel);
  const int64_t contrasts = plan.views - 1;
  // An area ends with one of inputs_ at the latest.
  capacity_ = std::clamp<int64_t>(plan.area_bytes / (contrasts * views * kSinglePanel * 4), 1, inputs_.capacity());
  const int64_t row = std::max(dx, plan.width) * int64_t{8};
  batch_ = std::max<int64_t>(1, kBatchBytes / (plan.views * row));
  lot_ = std::min(batch_ * plan.views, std::max(kLot, kBatchBytes / row));
  for (int i = 0; i < 2; i++) {
    raw_[i].inputs = Buffer(capacity_ * width_);
    raw_[i].views = Buffer(capacity_ * given());
    panels_[i].deviations = PanelArea(plan.width, capacity_ * contrasts);
    panels_[i].shifts = PanelArea(plan.width, capacity_);
    panels_[i].inputs = PanelArea(width_, capacity_);
  }
  tiles_ = {views, inputs, Buffer::zeros(triangle(views) * kTile), Buffer::zeros(triangle(views) * kTile),
            Buffer::zeros(views * inputs * kTile)};
}

int64_t ViewGram::bytes() const {
  int64_t total = inputs_.bytes();
  for (int i = 0; i < 2; i++) {
    total += static_cast<int64_t>(sizeof(double)) * (raw_[i].inputs.size() + raw_[i].views.size());
    total += panels_[i].deviations.bytes() + panels_[i].shifts.bytes() + panels_[i].inputs.bytes();
  }
  return total + static_cast<int64_t>(sizeof(double)) *
                     (tiles_.deviations.size() + tiles_.shifts.size() + tiles_.cross.size());
}

template <class X, class Y>
int64_t ViewGram::fill(const X* x, const Y* y, const double* views, int64_t from, int64_t to) {
  Raw& raw = raw_[front_];
  const int64_t wanted = std::min(to - from, capacity_ - raw.rows);
  const int64_t count = inputs_.fill(x, y, from, from + wanted);
  for (int64_t i = from; i < from + count; i++, raw.rows++) {
    double* r = raw.inputs.data() + raw.rows * width_;
    std::copy_n(x + i * dx_, dx_, r);
    if (dy_ > 0) std::copy_n(y + i * dy_, dy_, r + dx_);
    r[width_ - 1] = 1;
    if (given() > 0) std::copy_n(views + i * given(), given(), raw.views.data() + raw.rows * given());
  }
  return count;
}

template int64_t ViewGram::fill(const double*, const double*, const double*, int64_t, int64_t);
template int64_t ViewGram::fill(const double*, const float*, const double*, int64_t, int64_t);
template int64_t ViewGram::fill(const float*, const double*, const double*, int64_t, int64_t);
template int64_t ViewGram::fill(const float*, const float*, const double*, int64_t, int64_t);

void ViewGram::swap() {
  const int64_t seen = raw_[front_].first + raw_[front_].rows;
  inputs_turned_ = inputs_.full();
  if (inputs_turned_) inputs_.swap();
  summing_ = drawing_;
  drawing_ = front_;
  panels_[drawing_].samples = raw_[drawing_].rows;
  front_ = 1 - front_;
  raw_[front_].rows = 0;
  raw_[front_].first = seen;
  next_ = 0;
}

void ViewGram::help(int threads) {
  const int64_t draws = batches(raw_[drawing_].rows);
  const int64_t items = draws + (summing_ < 0 ? 0 : tiles_.groups());
  for_each(std::clamp<int64_t>(threads, 1, items), threads, [&](int64_t) {
    for (int64_t item = next_++; item < items; item = next_++) {
      if (item < draws) {
        draw(raw_[drawing_], item, panels_[drawing_]);
      } else {
        add_group(panels_[summing_], item - draws, tiles_);
      }
    }
  });
  if (inputs_turned_) inputs_.help(threads);
}

void ViewGram::check() const {
  if (drawing_ < 0) return;
  check_inputs(raw_[drawing_]);
  if (inputs_turned_) inputs_.check();
  check_views(tiles_);
}

ViewGram::Sums ViewGram::snapshot(int threads) {
  check();
  const auto sum = [&](const Panels& panels, Tiles& tiles) {
    for_each(tiles.groups(), threads, [&](int64_t group) { add_group(panels, group, tiles); });
  };
  if (drawing_ >= 0) sum(panels_[drawing_], tiles_);
  drawing_ = -1;
  Tiles tiles = tiles_.clone();
  const Raw& raw = raw_[front_];
  Panels& panels = panels_[front_];
  panels.samples = raw.rows;
  for_each(batches(raw.rows), threads, [&](int64_t batch) { draw(raw, batch, panels); });
  check_inputs(raw);
  sum(panels, tiles);
  Sums sums;
  sums.inputs = Matrix(width_, width_);
  sums.count = inputs_.snapshot(threads, sums.inputs.data.data());
  check_views(tiles);
  const double factor = 1 / plan_.view_scale;
  sums.deviations = symmetric(tiles.deviations, plan_.width, factor, threads);
  sums.shifts = symmetric(tiles.shifts, plan_.width, factor, threads);
  const auto unscale = [&](int64_t i) { return factor / scales_[static_cast<size_t>(i)]; };
  sums.cross = rectangle(tiles.cross, width_, plan_.width, tiles.inputs, unscale, threads);
  // Inputs may be too large for floats, and all of it for doubles, unscaled.
  for (const Matrix* part : {&sums.deviations, &sums.shifts, &sums.cross}) {
    if (!all_finite(part->data.data(), part->size())) throw Failure(Status::out_of_range);
  }
  return sums;
}

// The views of one batch of samples, packed.
void ViewGram::draw(const Raw& raw, int64_t batch, Panels& panels) {
  const int64_t from = batch * batch_, to = std::min(raw.rows, from + batch_), m = plan_.views, d = plan_.width;
  if (find_strange(raw, from, to)) return;
  Buffer scratch(2 * std::max<int64_t>(d, width_));
  if (plan_.step == nullptr) {
    for (int64_t row = from * m; row < to * m; row++) pack(raw, row, raw.views.data() + row * d, panels, scratch.data());
    return;
  }
  std::vector<Draw> draws(static_cast<size_t>(lot_));
  Buffer x(lot_ * dx_), views(lot_ * d);
  for (int64_t first = from * m; first < to * m; first += lot_) {
    const int64_t count = std::min(lot_, to * m - first);
    for (int64_t i = 0; i < count; i++) {
      const int64_t sample = (first + i) / m;
      draws[static_cast<size_t>(i)] = {plan_.seed, plan_.first_sample + static_cast<uint64_t>(raw.first + sample),
                                       static_cast<uint32_t>((first + i) % m), 0};
      std::copy_n(raw.inputs.data() + sample * width_, dx_, x.data() + i * dx_);
    }
    plan_.step->apply(draws.data(), count, x.data(), views.data());
    for (int64_t i = 0; i < count; i++) pack(raw, first + i, views.data() + i * d, panels, scratch.data());
  }
}

// Whether samples [from, to) are not all finite; the first that is not, of all batches, is kept.
bool ViewGram::find_strange(const Raw& raw, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i++) {
    if (all_finite(raw.inputs.data() + i * width_, width_)) continue;
    for (int64_t first = strange_; i < first && !strange_.compare_exchange_weak(first, i);) continue;
    return true;
  }
  return false;
}

// View `row` of an area, m to a sample. Those of one sample come in turn, with `scratch`, twice the longer of r and a view,
// left alone between them: it holds their mean.
void ViewGram::pack(const Raw& raw, int64_t row, const double* view, Panels& panels, double* scratch) const {
  const int64_t m = plan_.views, d = plan_.width, at = row / m, k = row % m;
  double *mean = scratch, *contrast = scratch + d;
  if (k == 0) {
    std::copy_n(view, d, mean);
    return;
  }
  const double count = static_cast<double>(k);
  add_view(view, d, std::sqrt(count / (count + 1)), 1 / (count + 1), mean, contrast);
  panels.deviations.put(at * (m - 1) + k - 1, contrast, plan_.view_scale);
  if (k < m - 1) return;
  const double* r = raw.inputs.data() + at * width_;
  if (plan_.shifted) subtract(r, d, mean);
  panels.shifts.put(at, mean, plan_.view_scale);
  for (int64_t j = 0; j < width_; j++) scratch[j] = scales_[static_cast<size_t>(j)] * r[j];
  panels.inputs.put(at, scratch, 1);
}

// Groups of tiles: the triangle of the deviations, that of the shifts, then the rectangle of the cross products.
void ViewGram::add_group(const Panels& panels, int64_t group, Tiles& tiles) const {
  const int64_t side = ceil_divide(tiles.views, kGroup);
  const auto add = [&](const PanelArea& a, int64_t p0, int64_t p1, const PanelArea& b, int64_t q0, int64_t rows,
                       const auto& tile_of) {
    for (int64_t block = 0; block < a.blocks(rows); block++) {
      for (int64_t q = q0; q < std::min(tiles.views, q0 + kGroup); q++) {
        for (int64_t p = p0; p < std::min(p1, p0 + kGroup); p++) {
          double* tile = tile_of(p, q);
          if (tile != nullptr) tile_(a.panel(block, p), b.panel(block, q), a.rows_of(block, rows), tile);
        }
      }
    }
  };
  if (group < 2 * triangle(side)) {
    const bool deviations = group < triangle(side);
    int64_t item = deviations ? group : group - triangle(side), gq = 0;
    while (index(0, gq + 1) <= item) gq++;
    const PanelArea& area = deviations ? panels.deviations : panels.shifts;
    Buffer& sums = deviations ? tiles.deviations : tiles.shifts;
    const int64_t rows = deviations ? panels.samples * (plan_.views - 1) : panels.samples;
    add(area, (item - index(0, gq)) * kGroup, tiles.views, area, gq * kGroup, rows, [&](int64_t p, int64_t q) {
      return p <= q ? sums.data() + index(p, q) * kTile : nullptr;
    });
    return;
  }
  const int64_t item = group - 2 * triangle(side);
  add(panels.inputs, item / side * kGroup, tiles.inputs, panels.shifts, item % side * kGroup, panels.samples,
      [&](int64_t p, int64_t q) { return tiles.cross.data() + (q * tiles.inputs + p) * kTile; });
}

void ViewGram::check_inputs(const Raw& raw) const {
  if (strange_ == kNone) return;
  const double* r = raw.inputs.data() + strange_ * width_;
  int64_t column = 0;
  while (column < width_ - 1 && std::isfinite(r[column])) column++;
  Failure failure(Status::not_finite, r[column]);
  failure.at = raw.first + strange_;
  failure.column = column;
  throw failure;
}

// What is not finite makes its diagonal entry so.
void ViewGram::check_views(const Tiles& tiles) {
  const auto check = [&](const Buffer& sums) {
    for (int64_t i = 0; i < tiles.views * kSinglePanel; i++) {
      if (!std::isfinite(element(sums, i, i))) throw Failure(Status::out_of_range);
    }
  };
  check(tiles.deviations);
  check(tiles.shifts);
}

}  // namespace eigenview
