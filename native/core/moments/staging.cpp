#include "staging.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "../clones.h"
#include "../tiles/integer_tile.h"
#include "../tiles/tile.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace eigenview {
namespace {

template <class To, class From>
EIGENVIEW_INLINE To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

// false when a number is not whole or not small; `out` is then unspecified. On bits, where magnitudes compare as integers and
// NaN is above all numbers: compilers make branches of comparisons of doubles, lest these raise a flag, and no vectors.
EIGENVIEW_CLONES bool to_integers(const double* row, int64_t n, int16_t* out) {
  constexpr int64_t kMagnitude = std::numeric_limits<int64_t>::max();
  const int64_t largest = bits_as<int64_t>(static_cast<double>(kLargestInteger));
  int64_t strange = 0;
  for (int64_t i = 0; i < n; i++) {
    const int64_t bits = bits_as<int64_t>(row[i]);
    // What does not fit must not be converted, and 0 is not what came then.
    const int64_t fits = -static_cast<int64_t>((bits & kMagnitude) <= largest);
    const int value = static_cast<int>(bits_as<double>(bits & fits));
    strange |= (bits_as<int64_t>(static_cast<double>(value)) ^ bits) & kMagnitude;
    out[i] = static_cast<int16_t>(value);
  }
  return strange == 0;
}

// Copies one row of a panel. It is read again when the area is full, and would push out of the caches what the sum beside
// reads now: past them, a Gram matrix of 60 000×784 takes a tenth less. end_stores() makes such stores seen elsewhere.
#if defined(__x86_64__)
void store_past_caches(const double* from, double* to) {
  for (int64_t j = 0; j < kPanel; j += 2) _mm_stream_pd(to + j, _mm_load_pd(from + j));
}
void end_stores() { _mm_sfence(); }
#else
void store_past_caches(const double* from, double* to) { std::copy_n(from, kPanel, to); }
void end_stores() {}
#endif

// Whether any number is not zero.
EIGENVIEW_CLONES bool interleave(const int16_t* even, const int16_t* odd, int16_t* out) {
  int any = 0;
  for (int64_t i = 0; i < kIntegerPanel; i++) {
    out[2 * i] = even[i];
    out[2 * i + 1] = odd[i];
    any |= even[i] | odd[i];
  }
  return any != 0;
}

}  // namespace

Staging::Staging(int dx, int dy, const AppendedNoise& noise, int64_t bytes, int64_t block_rows, bool integers)
    : dx_(dx),
      dy_(dy),
      noise_(noise),
      width_(dx + static_cast<int64_t>(noise.deviations.size()) + dy + 1),
      panels_((width_ + kPanel - 1) / kPanel),
      integer_panels_((panels_ + 1) / 2),
      block_rows_(block_rows),
      integers_(integers) {
  const int64_t block_bytes = block_rows_ * panels_ * kPanel * 8;
  const int64_t blocks = std::max<int64_t>(1, bytes / block_bytes);
  capacity_ = block_rows_ * blocks;
  // Not touched before rows arrive, so that a few rows cost few pages of memory.
  area_ = Buffer(capacity_ * panels_ * kPanel);
  row_ = Buffer::zeros(integer_panels_ * kIntegerPanel);
  row_[width_ - 1] = 1;
  normals_ = Buffer(width_ + 2);
  even_.resize(static_cast<size_t>(row_.size()));
  odd_.resize(static_cast<size_t>(row_.size()));
  integer_.resize(static_cast<size_t>(blocks));
  filled_.resize(static_cast<size_t>(blocks * integer_panels_));
}

int64_t Staging::rows_of(int64_t block) const { return std::min(block_rows_, rows_ - block * block_rows_); }

const double* Staging::panel(int64_t block, int64_t p) const {
  return area_.data() + (block * panels_ + p) * block_rows_ * kPanel;
}

const int16_t* Staging::integer_panel(int64_t block, int64_t p) const {
  return reinterpret_cast<const int16_t*>(panel(block, 0)) + p * block_rows_ * kIntegerPanel;
}

void Staging::restart(int64_t first) {
  rows_ = 0;
  first_ = first;
}

template <class X, class Y>
int64_t Staging::fill(const X* x, const Y* y, int64_t from, int64_t to) {
  const int64_t count = std::min(to - from, capacity_ - rows_);
  for (int64_t i = from; i < from + count; i++, rows_++) {
    std::copy_n(x + i * dx_, dx_, row_.data());
    if (!noise_.deviations.empty()) draw(first_ + rows_);
    if (dy_ > 0) std::copy_n(y + i * dy_, dy_, row_.data() + width_ - 1 - dy_);
    const int64_t block = rows_ / block_rows_, r = rows_ % block_rows_;
    char& integer = integer_[static_cast<size_t>(block)];
    if (r == 0) {
      integer = integers_;
      std::fill_n(filled_.begin() + block * integer_panels_, integer_panels_, char{0});
    }
    if (integer && !put_integers(block, r, i + 1 == from + count)) {
      to_doubles(block, r);
      integer = 0;
    }
    if (!integer) put_doubles(block, r);
  }
  end_stores();
  return count;
}

template int64_t Staging::fill(const double*, const double*, int64_t, int64_t);
template int64_t Staging::fill(const double*, const float*, int64_t, int64_t);
template int64_t Staging::fill(const float*, const double*, int64_t, int64_t);
template int64_t Staging::fill(const float*, const float*, int64_t, int64_t);

// Normals come in pairs of coordinates.
void Staging::draw(int64_t sample) {
  const int64_t start = dx_ - dx_ % 2, count = static_cast<int64_t>(noise_.deviations.size());
  normals(noise_.stream, static_cast<uint64_t>(sample), static_cast<uint32_t>(start / 2), (dx_ - start + count + 1) / 2,
          normals_.data());
  for (int64_t j = 0; j < count; j++) row_[dx_ + j] = noise_.deviations[static_cast<size_t>(j)] * normals_[dx_ - start + j];
}

void Staging::put_doubles(int64_t block, int64_t r) {
  double* out = area_.data() + block * block_rows_ * panels_ * kPanel + r * kPanel;
  for (int64_t p = 0; p < panels_; p++) store_past_caches(row_.data() + p * kPanel, out + p * block_rows_ * kPanel);
}

// Rows are written in pairs; the last one there is goes with zeros until its partner comes.
bool Staging::put_integers(int64_t block, int64_t r, bool last) {
  const bool is_odd = r % 2 == 1;
  if (!to_integers(row_.data(), row_.size(), is_odd ? odd_.data() : even_.data())) return false;
  if (!is_odd && !last) return true;
  if (!is_odd) std::fill(odd_.begin(), odd_.end(), int16_t{0});
  put_pair(block, r / 2);
  return true;
}

void Staging::put_pair(int64_t block, int64_t pair) {
  double* start = area_.data() + block * block_rows_ * panels_ * kPanel;
  int16_t* out = reinterpret_cast<int16_t*>(start) + pair * 2 * kIntegerPanel;
  for (int64_t p = 0; p < integer_panels_; p++) {
    const int16_t *even = even_.data() + p * kIntegerPanel, *odd = odd_.data() + p * kIntegerPanel;
    if (interleave(even, odd, out + p * block_rows_ * kIntegerPanel)) {
      filled_[static_cast<size_t>(block * integer_panels_ + p)] = 1;
    }
  }
}

// In place and from the end: doubles lie nowhere before the integers they are made of. Without memory, since a fill must
// not fail.
void Staging::to_doubles(int64_t block, int64_t r) {
  // An even row without its partner may be in even_ alone; what goes with it is written over by row r.
  if (r % 2 == 1) put_pair(block, r / 2);
  for (int64_t p = panels_ - 1; p >= 0; p--) {
    const int16_t* from = integer_panel(block, p / 2) + p % 2 * kIntegerPanel;
    double* to = area_.data() + (block * panels_ + p) * block_rows_ * kPanel;
    for (int64_t pair = (r + 1) / 2 - 1; pair >= 0; pair--) {
      int16_t rows[2 * kPanel];
      std::memcpy(rows, from + pair * 2 * kIntegerPanel, sizeof rows);
      for (int64_t i = 0; i < 2; i++) {
        for (int64_t j = 0; j < kPanel; j++) to[(2 * pair + i) * kPanel + j] = rows[2 * j + i];
      }
    }
  }
}

}  // namespace eigenview
