#include "project.h"

#include <algorithm>

#include "../team.h"

namespace eigenview {
namespace {

// Rows of a block: four panels of some 150 KB at d = 784 stay in a second-level cache while the encoder passes by.
constexpr int64_t kRows = 4 * kPanel;

// Columns a tile call sums: as many as the rows of a block in gram.cpp.
constexpr int64_t kStep = 256;

// Up to 24 rows as the columns of one panel, zeros for those that are missing.
template <class X>
void pack(const X* x, int64_t stride, int64_t rows, int64_t d, double* panel) {
  if (rows < kPanel) std::fill_n(panel, d * kPanel, 0.0);
  // Column stretches of a cache line, so that each line of x is read once.
  for (int64_t c0 = 0; c0 < d; c0 += 8) {
    const int64_t c1 = std::min(d, c0 + 8);
    for (int64_t i = 0; i < rows; i++) {
      for (int64_t c = c0; c < c1; c++) panel[kPanel * c + i] = static_cast<double>(x[i * stride + c]);
    }
  }
}

}  // namespace

Projector::Projector(const Matrix& encoder)
    : k_(encoder.rows),
      d_(encoder.cols),
      tile_(choose_tile().run),
      panels_((k_ + kPanel - 1) / kPanel * kPanel * d_) {
  for (int64_t i = 0; i < k_; i += kPanel) {
    pack(encoder.row(i), d_, std::min(kPanel, k_ - i), d_, panels_.data() + i * d_);
  }
}

template <class X>
void Projector::apply(const X* x, int64_t stride, int64_t rows, double* z) const {
  Buffer block(kRows * d_);
  alignas(64) double sums[kPanel * kPanel];
  for (int64_t from = 0; from < rows; from += kRows) {
    const int64_t to = std::min(rows, from + kRows);
    for (int64_t i = from; i < to; i += kPanel) {
      pack(x + i * stride, stride, std::min(kPanel, to - i), d_, block.data() + (i - from) * d_);
    }
    for (int64_t q = 0; q < k_; q += kPanel) {
      for (int64_t i = from; i < to; i += kPanel) {
        std::fill(std::begin(sums), std::end(sums), 0.0);
        const double* a = panels_.data() + q * d_;
        const double* b = block.data() + (i - from) * d_;
        for (int64_t c = 0; c < d_; c += kStep) tile_(a + c * kPanel, b + c * kPanel, std::min(kStep, d_ - c), sums);
        for (int64_t j = 0; j < std::min(kPanel, to - i); j++) {
          std::copy_n(sums + kPanel * j, std::min(kPanel, k_ - q), z + (i + j) * k_ + q);
        }
      }
    }
  }
}

template void Projector::apply(const double*, int64_t, int64_t, double*) const;
template void Projector::apply(const float*, int64_t, int64_t, double*) const;
template void Projector::apply(const uint8_t*, int64_t, int64_t, double*) const;

template <class X>
Matrix project(const X* x, int rows, const Matrix& encoder, int threads) {
  const Projector projector(encoder);
  const int64_t d = encoder.cols;
  Matrix z(rows, encoder.rows);
  for_each((rows + kRows - 1) / kRows, threads, [&](int64_t item) {
    const int64_t from = item * kRows;
    projector.apply(x + from * d, d, std::min(kRows, rows - from), z.row(from));
  });
  return z;
}

template Matrix project(const double*, int, const Matrix&, int);
template Matrix project(const float*, int, const Matrix&, int);
template Matrix project(const uint8_t*, int, const Matrix&, int);

}  // namespace eigenview
