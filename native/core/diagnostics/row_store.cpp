#include "row_store.h"

#include <utility>

#include "../clones.h"

namespace eigenview {
namespace {

// In eight sums, which compilers keep in one vector.
template <class X>
EIGENVIEW_INLINE double square_of(const X* x, int64_t d) {
  double sums[8] = {};
  int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    for (int64_t l = 0; l < 8; l++) sums[l] += static_cast<double>(x[j + l]) * static_cast<double>(x[j + l]);
  }
  for (; j < d; j++) sums[0] += static_cast<double>(x[j]) * static_cast<double>(x[j]);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

EIGENVIEW_CLONES double square(const float* x, int64_t d) { return square_of(x, d); }
EIGENVIEW_CLONES double square(const double* x, int64_t d) { return square_of(x, d); }

bool are_floats(const float*, int64_t) { return true; }

// Beyond the range of a float the conversion would not be defined; what is not finite is refused by the caller, as doubles.
bool are_floats(const double* x, int64_t d) {
  constexpr double most = 3.4028234663852886e38;
  return std::all_of(x, x + d, [](double value) {
    return value >= -most && value <= most && static_cast<double>(static_cast<float>(value)) == value;
  });
}

}  // namespace

template <class X>
void RowStore::add(const X* x, int64_t rows) {
  for (int64_t i = 0; i < rows; i++, x += cols_) {
    const int64_t row = this->rows() % kBlock, at = row * cols_;
    if (row == 0) blocks_.emplace_back();
    Block& block = blocks_.back();
    if (row == block.capacity) grow(block);
    if (block.floats && !are_floats(x, cols_)) widen(block);
    squares_.push_back(eigenview::square(x, cols_));
    if (block.floats) {
      std::transform(x, x + cols_, block.floats.get() + at, [](X value) { return static_cast<float>(value); });
    } else {
      std::copy_n(x, cols_, block.doubles.data() + at);
    }
  }
}

template void RowStore::add(const float*, int64_t);
template void RowStore::add(const double*, int64_t);

// By doubling: a few long rows must not take the memory of a whole block.
void RowStore::grow(Block& block) const {
  const int64_t filled = block.capacity * cols_;
  const bool doubles = block.capacity > 0 && !block.floats;
  block.capacity = std::min(kBlock, std::max<int64_t>(4, 2 * block.capacity));
  const int64_t size = block.capacity * cols_;
  if (doubles) {
    Buffer grown = Buffer::zeros(size);
    std::copy_n(block.doubles.data(), filled, grown.data());
    block.doubles = std::move(grown);
    return;
  }
  std::unique_ptr<float[]> grown(new float[static_cast<size_t>(size)]());
  if (filled > 0) std::copy_n(block.floats.get(), filled, grown.get());
  block.floats = std::move(grown);
}

void RowStore::widen(Block& block) const {
  block.doubles = Buffer(block.capacity * cols_);
  std::copy_n(block.floats.get(), block.capacity * cols_, block.doubles.data());
  block.floats.reset();
}

void RowStore::read(int64_t row, double* out) const {
  visit(row / kBlock, [&](auto* x) { std::copy_n(x + row % kBlock * cols_, cols_, out); });
}

int64_t RowStore::bytes() const {
  int64_t bytes = static_cast<int64_t>(sizeof(double)) * rows();
  for (const Block& block : blocks_) {
    bytes += block.capacity * cols_ * static_cast<int64_t>(block.floats ? sizeof(float) : sizeof(double));
  }
  return bytes;
}

}  // namespace eigenview
