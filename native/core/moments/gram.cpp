#include "gram.h"

#include <algorithm>
#include <cmath>

#include "../failure.h"
#include "../team.h"

namespace eigenview {
namespace {

constexpr int64_t kTile = kPanel * kPanel;

// 256 rows amortise a tile's load and store and keep two panels (96 KB) in a second-level cache; very wide rows take
// fewer, so that a block stays within 16 MB.
int64_t rows_per_block(int64_t panels) {
  int64_t rows = 256;
  while (rows > 16 && rows * panels * kPanel * 8 > (int64_t{16} << 20)) rows /= 2;
  return rows;
}

// Tile (p, q), p ≤ q, of the upper triangle.
int64_t index(int64_t p, int64_t q) { return q * (q + 1) / 2 + p; }

// Throws not_finite for the first such number.
void check_block(const Staging& area, int64_t block, int64_t width) {
  for (int64_t r = 0; r < area.rows_of(block); r++) {
    for (int64_t j = 0; j < width; j++) {
      const double value = area.panel(block, j / kPanel)[r * kPanel + j % kPanel];
      if (std::isfinite(value)) continue;
      Failure failure(Status::not_finite, value);
      failure.at = area.first() + block * area.rows_per_block() + r;
      failure.column = j;
      throw failure;
    }
  }
}

}  // namespace

Gram::Gram(int dx, int dy, const AppendedNoise& noise, int64_t area_bytes)
    : dx_(dx),
      dy_(dy),
      width_(dx + static_cast<int>(noise.deviations.size()) + dy + 1),
      panels_((width_ + kPanel - 1) / kPanel),
      tile_(choose_tile().run),
      integer_tile_(choose_integer_tile()),
      tiles_(Buffer::zeros(tiles() * kTile)),
      staged_{Staging(dx, dy, noise, area_bytes, rows_per_block(panels_), integer_tile_ != nullptr),
              Staging(dx, dy, noise, area_bytes, rows_per_block(panels_), integer_tile_ != nullptr)} {}

int64_t Gram::bytes() const {
  return static_cast<int64_t>(sizeof(double)) * tiles_.size() + staged_[0].bytes() + staged_[1].bytes();
}

void Gram::swap() {
  const int64_t seen = staged_[front_].first() + staged_[front_].rows();
  front_ = 1 - front_;
  staged_[front_].restart(seen);
  next_ = 0;
}

void Gram::sum(int threads) {
  help(threads);
  check();
}

void Gram::help(int threads) { add_blocks(staged_[1 - front_], threads, next_, tiles_); }

void Gram::check() const { check_finite(staged_[1 - front_], tiles_); }

int64_t Gram::snapshot(int threads, double* gram) {
  const Staging& area = staged_[front_];
  Buffer copy = Buffer::copy(tiles_.data(), tiles_.size());
  std::atomic<int64_t> next{0};
  add_blocks(area, threads, next, copy);
  check_finite(area, copy);
  for (int64_t i = 0; i < width_; i++) {
    for (int64_t j = i; j < width_; j++) {
      const double value = copy[index(i / kPanel, j / kPanel) * kTile + (j % kPanel) * kPanel + i % kPanel];
      gram[i * width_ + j] = gram[j * width_ + i] = value;
    }
  }
  return area.first() + area.rows();
}

// Groups of tiles share panels: a group's panels are read from the last-level cache once and then stay near. `next` is the
// first group that nobody has taken yet.
void Gram::add_blocks(const Staging& area, int threads, std::atomic<int64_t>& next, Buffer& tiles) const {
  const int64_t group = panels_ >= 16 ? 4 : 2;
  const int64_t groups = (panels_ + group - 1) / group, items = groups * (groups + 1) / 2;
  for_each(std::clamp<int64_t>(threads, 1, items), threads, [&](int64_t) {
    for (int64_t item = next++; item < items; item = next++) {
      int64_t gq = 0;
      while (index(0, gq + 1) <= item) gq++;
      add_group(area, (item - index(0, gq)) * group, gq * group, group, tiles);
    }
  });
}

void Gram::add_group(const Staging& area, int64_t p0, int64_t q0, int64_t group, Buffer& tiles) const {
  for (int64_t block = 0; block < area.blocks(); block++) {
    for (int64_t q = q0; q < std::min(panels_, q0 + group); q += 2) {
      for (int64_t p = p0; p < std::min(q + 1, p0 + group); p += 2) {
        if (area.is_integer(block)) {
          add_integers(area, block, p, q, tiles);
        } else {
          add_doubles(area, block, p, q, tiles);
        }
      }
    }
  }
}

// The up to four tiles of two panels by two, those of the upper triangle.
void Gram::add_doubles(const Staging& area, int64_t block, int64_t p0, int64_t q0, Buffer& tiles) const {
  for (int64_t q = q0; q < std::min(panels_, q0 + 2); q++) {
    for (int64_t p = p0; p < std::min(q + 1, p0 + 2); p++) {
      tile_(area.panel(block, p), area.panel(block, q), area.rows_of(block), tiles.data() + index(p, q) * kTile);
    }
  }
}

void Gram::add_integers(const Staging& area, int64_t block, int64_t p0, int64_t q0, Buffer& tiles) const {
  if (area.is_zero(block, p0 / 2) || area.is_zero(block, q0 / 2)) return;
  alignas(64) int32_t sums[kIntegerPanel * kIntegerPanel];
  integer_tile_(area.integer_panel(block, p0 / 2), area.integer_panel(block, q0 / 2), (area.rows_of(block) + 1) / 2,
                sums);
  for (int64_t q = q0; q < std::min(panels_, q0 + 2); q++) {
    for (int64_t p = p0; p < std::min(q + 1, p0 + 2); p++) {
      const int32_t* from = sums + (q - q0) * kPanel * kIntegerPanel + (p - p0) * kPanel;
      double* to = tiles.data() + index(p, q) * kTile;
      for (int64_t j = 0; j < kPanel; j++) {
        for (int64_t i = 0; i < kPanel; i++) to[kPanel * j + i] += from[kIntegerPanel * j + i];
      }
    }
  }
}

// A non-finite element makes its column's diagonal entry non-finite; only then is the area searched for it.
void Gram::check_finite(const Staging& area, const Buffer& tiles) const {
  for (int64_t c = 0; c < width_; c++) {
    const double* diagonal = tiles.data() + index(c / kPanel, c / kPanel) * kTile;
    if (std::isfinite(diagonal[(c % kPanel) * (kPanel + 1)])) continue;
    for (int64_t block = 0; block < area.blocks(); block++) {
      if (!area.is_integer(block)) check_block(area, block, width_);
    }
    Failure overflow(Status::out_of_range);
    overflow.column = c;
    throw overflow;
  }
}

}  // namespace eigenview
