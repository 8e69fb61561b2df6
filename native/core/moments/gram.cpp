#include "gram.h"

#include <algorithm>
#include <cmath>

#include "../failure.h"
#include "../team.h"

namespace eigenview {
namespace {

constexpr int64_t kTile = kPanel * kPanel;
constexpr int64_t kStagingBytes = int64_t{16} << 20;

// 256 rows amortise a tile's load and store and keep two panels (96 KB) in a second-level cache; very wide rows take
// fewer, so that a block stays within 16 MB.
int64_t rows_per_block(int64_t panels) {
  int64_t rows = 256;
  while (rows > 16 && rows * panels * kPanel * 8 > (int64_t{16} << 20)) rows /= 2;
  return rows;
}

// Tile (p, q), p ≤ q, of the upper triangle.
int64_t index(int64_t p, int64_t q) { return q * (q + 1) / 2 + p; }

}  // namespace

Gram::Gram(int dx, int dy)
    : dx_(dx),
      dy_(dy),
      width_(dx + dy + 1),
      panels_((width_ + kPanel - 1) / kPanel),
      block_rows_(rows_per_block(panels_)),
      tile_(choose_tile().run) {
  const int64_t block_bytes = block_rows_ * panels_ * kPanel * 8;
  capacity_ = block_rows_ * std::max<int64_t>(1, kStagingBytes / block_bytes);
  tiles_ = Buffer::zeros(tiles() * kTile);
  // Not touched before rows arrive, so that a few rows cost few pages of memory.
  for (Area& area : staged_) area.panels = Buffer(capacity_ * panels_ * kPanel);
}

int64_t Gram::bytes() const {
  return static_cast<int64_t>(sizeof(double)) *
         (tiles_.size() + staged_[0].panels.size() + staged_[1].panels.size());
}

const double* Gram::panel(const Area& area, int64_t block, int64_t p) const {
  return area.panels.data() + (block * panels_ + p) * block_rows_ * kPanel;
}

template <class X, class Y>
int64_t Gram::fill(const X* x, const Y* y, int64_t from, int64_t to) {
  Area& area = staged_[front_];
  const int64_t count = std::min(to - from, capacity_ - area.rows);
  const int64_t stride = block_rows_ * kPanel;
  for (int64_t i = 0; i < count; i++) {
    const int64_t slot = area.rows + i;
    double* out = area.panels.data() + (slot / block_rows_) * panels_ * stride + (slot % block_rows_) * kPanel;
    const X* row = x + (from + i) * dx_;
    int64_t c = 0;
    for (; c + kPanel <= dx_; c += kPanel, out += stride) {
      for (int64_t j = 0; j < kPanel; j++) out[j] = static_cast<double>(row[c + j]);
    }
    int64_t j = 0;
    const auto put = [&](double value) {
      out[j] = value;
      if (++j == kPanel) {
        j = 0;
        out += stride;
      }
    };
    for (; c < dx_; c++) put(static_cast<double>(row[c]));
    for (int64_t t = 0; t < dy_; t++) put(static_cast<double>(y[(from + i) * dy_ + t]));
    put(1);
    if (j > 0) std::fill(out + j, out + kPanel, 0.0);
  }
  area.rows += count;
  return count;
}

template int64_t Gram::fill(const double*, const double*, int64_t, int64_t);
template int64_t Gram::fill(const double*, const float*, int64_t, int64_t);
template int64_t Gram::fill(const float*, const double*, int64_t, int64_t);
template int64_t Gram::fill(const float*, const float*, int64_t, int64_t);

void Gram::swap() {
  seen_ += staged_[front_].rows;
  front_ = 1 - front_;
  staged_[front_].rows = 0;
  staged_[front_].first = seen_;
}

void Gram::sum(int threads) {
  const Area& area = staged_[1 - front_];
  add_blocks(area, 0, area.rows / block_rows_, threads, tiles_);
  check_finite(area, tiles_);
}

int64_t Gram::snapshot(int threads, double* gram) {
  const Area& area = staged_[front_];
  Buffer copy = Buffer::copy(tiles_.data(), tiles_.size());
  add_blocks(area, 0, (area.rows + block_rows_ - 1) / block_rows_, threads, copy);
  check_finite(area, copy);
  for (int64_t i = 0; i < width_; i++) {
    for (int64_t j = i; j < width_; j++) {
      const double value = copy[index(i / kPanel, j / kPanel) * kTile + (j % kPanel) * kPanel + i % kPanel];
      gram[i * width_ + j] = gram[j * width_ + i] = value;
    }
  }
  return seen_ + area.rows;
}

// Groups of tiles share panels: a group's panels are read from the last-level cache once and then stay near.
void Gram::add_blocks(const Area& area, int64_t first_block, int64_t blocks, int threads, Buffer& tiles) const {
  const int64_t group = panels_ >= 16 ? 4 : panels_ >= 6 ? 2 : 1;
  const int64_t groups = (panels_ + group - 1) / group;
  for_each(groups * (groups + 1) / 2, threads, [&](int64_t item) {
    int64_t gq = 0;
    while (index(0, gq + 1) <= item) gq++;
    const int64_t gp = item - index(0, gq);
    for (int64_t block = first_block; block < first_block + blocks; block++) {
      const int64_t rows = std::min(block_rows_, area.rows - block * block_rows_);
      for (int64_t q = gq * group; q < std::min(panels_, (gq + 1) * group); q++) {
        for (int64_t p = gp * group; p < std::min(q + 1, (gp + 1) * group); p++) {
          tile_(panel(area, block, p), panel(area, block, q), rows, tiles.data() + index(p, q) * kTile);
        }
      }
    }
  });
}

// A non-finite element makes its column's diagonal entry non-finite; only then is the area searched for it.
void Gram::check_finite(const Area& area, const Buffer& tiles) const {
  for (int64_t c = 0; c < width_; c++) {
    const double* diagonal = tiles.data() + index(c / kPanel, c / kPanel) * kTile;
    if (std::isfinite(diagonal[(c % kPanel) * (kPanel + 1)])) continue;
    for (int64_t r = 0; r < area.rows; r++) {
      for (int64_t j = 0; j < width_; j++) {
        const double value = panel(area, r / block_rows_, j / kPanel)[(r % block_rows_) * kPanel + j % kPanel];
        if (std::isfinite(value)) continue;
        Failure failure(Status::not_finite, value);
        failure.at = area.first + r;
        failure.column = j;
        throw failure;
      }
    }
    Failure overflow(Status::out_of_range);
    overflow.column = c;
    throw overflow;
  }
}

}  // namespace eigenview
