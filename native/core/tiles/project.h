// Encoding of data: Z = X Eᵀ.
#pragma once

#include <cstdint>

#include "../buffer.h"
#include "tile.h"

namespace eigenview {

// A k×d encoder, packed for products with many rows. The tile kernel sums each element over the columns in one order,
// which BLAS does not: there it depends on how many rows come together and on a row's place among them. So each row of a
// product has the same bits however the rows are cut.
class Projector {
 public:
  explicit Projector(const Matrix& encoder);

  // z (rows×k) = x (rows×d, row i at x + i·stride) Eᵀ. Work: 2 · rows · d · k flops, k rounded up to a multiple of 24.
  template <class X>
  void apply(const X* x, int64_t stride, int64_t rows, double* z) const;

 private:
  int64_t k_, d_;
  Tile tile_;
  Buffer panels_;  // ⌈k / 24⌉ panels of d rows
};

// x: n×d of doubles, floats or bytes, encoder: k×d; result n×k. The same bits for any number of threads and any cutting of x.
template <class X>
Matrix project(const X* x, int rows, const Matrix& encoder, int threads);

inline Matrix project(const Matrix& x, const Matrix& encoder, int threads) {
  return project(x.data.data(), x.rows, encoder, threads);
}

}  // namespace eigenview
