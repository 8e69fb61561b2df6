#include "batches.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

[[noreturn]] void throw_not_finite(const Batches& batches, const double* at) {
  while (std::isfinite(*at)) at++;
  const int64_t place = at - batches.data.data();
  Failure failure(Status::not_finite, *at);
  failure.at = place / batches.cols;
  failure.column = place % batches.cols;
  throw failure;
}

// The sum of the blocks' partial sums, in their order.
Buffer added(const Matrix& partial) {
  Buffer sum = Buffer::zeros(partial.cols);
  for (int64_t b = 0; b < partial.rows; b++) add_row(partial.row(b), partial.cols, sum.data());
  return sum;
}

// Rows that one product sums over. Where tiles are few, more rows are split for the threads' sake, into at most
// kParts parts: their sums have to be kept.
constexpr int64_t kDepth = 1024, kParts = 16;

Blocks depths(int64_t rows, int64_t cols) {
  const int64_t most = cols > kTile ? rows : std::max(kDepth, (rows + kParts - 1) / kParts);
  return {rows, most};
}

// Copies the upper triangle onto the lower one, in blocks, so that walking down columns stays in cache.
void mirror_upper(Matrix& a) {
  const int64_t n = a.rows;
  constexpr int64_t kBlock = 32;
  for (int64_t top = 0; top < n; top += kBlock) {
    for (int64_t left = 0; left <= top; left += kBlock) {
      for (int64_t i = top; i < std::min(n, top + kBlock); i++) {
        for (int64_t j = left; j < std::min(i, left + kBlock); j++) a(i, j) = a(j, i);
      }
    }
  }
}

}  // namespace

void check_finite(const Batches& batches, const Team& team) {
  const Blocks blocks = row_blocks(batches.count * batches.rows, batches.cols);
  team.each(blocks.count(), [&](int64_t b) {
    const double* first = batches.row(0, blocks.from(b));
    if (!all_finite(first, blocks.size(b) * batches.cols)) throw_not_finite(batches, first);
  });
}

void check_result(const double* x, int64_t n) {
  if (!all_finite(x, n)) throw Failure(Status::out_of_range);
}

Centred centre(Batches& batches, int64_t batch, const Team& team) {
  const int64_t rows = batches.rows, cols = batches.cols;
  const Blocks blocks = row_blocks(rows, cols);
  Matrix partial = Matrix::zeros(static_cast<int>(blocks.count()), static_cast<int>(cols));
  // About the first row: of numbers far from 0 no digits are lost, and those that are all equal are exactly 0.
  Buffer origin = Buffer::copy(batches.row(batch, 0), cols);
  team.each(blocks.count(), [&](int64_t b) {
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      add_difference(batches.row(batch, i), origin.data(), cols, partial.row(b));
    }
  });
  Buffer offset = added(partial);
  if (!all_finite(offset.data(), cols)) {
    check_finite(batches, team);
    throw Failure(Status::out_of_range);
  }
  for (int64_t j = 0; j < cols; j++) offset[j] /= static_cast<double>(rows);
  partial = Matrix::zeros(partial.rows, partial.cols);
  team.each(blocks.count(), [&](int64_t b) {
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      centre_row(batches.row(batch, i), origin.data(), offset.data(), cols, partial.row(b));
    }
  });
  Buffer squares = added(partial);
  check_result(squares.data(), cols);
  return {std::move(origin), std::move(offset), std::move(squares)};
}

Matrix cross_product(const Batches& batches, int64_t x, int64_t y, const Team& team) {
  const int k = static_cast<int>(batches.cols);
  const bool symmetric = x == y;
  // Of a symmetric product, square tiles save what lies below the diagonal.
  const Blocks heights(k, kTile / 2), widths(k, symmetric ? kTile / 2 : kTile), parts = depths(batches.rows, k);
  std::vector<std::pair<int64_t, int64_t>> tiles;
  for (int64_t i = 0; i < heights.count(); i++) {
    for (int64_t j = symmetric ? i : 0; j < widths.count(); j++) tiles.emplace_back(i, j);
  }
  std::vector<Matrix> sums;
  // Of a symmetric product nothing is computed below the diagonal, but it is added up.
  for (int64_t p = 0; p < parts.count(); p++) sums.push_back(symmetric ? Matrix::zeros(k, k) : Matrix(k, k));
  const int64_t count = static_cast<int64_t>(tiles.size());
  team.each(count * parts.count(), [&](int64_t item) {
    const auto [i, j] = tiles[static_cast<size_t>(item % count)];
    const int64_t part = item / count, from = parts.from(part);
    double* out = sums[static_cast<size_t>(part)].row(heights.from(i)) + widths.from(j);
    if (symmetric && i == j) {
      // Column-major to BLAS: its lower triangle is our upper one.
      lapack::syrk(heights.size(i), parts.size(part), batches.row(x, from) + heights.from(i), k, out, k);
      return;
    }
    multiply(true, false, heights.size(i), widths.size(j), parts.size(part), 1, batches.row(x, from) + heights.from(i), k,
             batches.row(y, from) + widths.from(j), k, 0, out, k);
  });
  Matrix& sum = sums.front();
  for (size_t p = 1; p < sums.size(); p++) add_row(sums[p].data.data(), sum.size(), sum.data.data());
  if (symmetric) mirror_upper(sum);
  return std::move(sums.front());
}

}  // namespace eigenview::losses
