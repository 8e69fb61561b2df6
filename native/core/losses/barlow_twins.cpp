#include "barlow_twins.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

// Centres a batch; returns the factors s that would standardise its columns. They go into the k×k matrices around it
// instead, which saves a pass over the rows.
Buffer factors_of(Batches& batches, int64_t batch, const BarlowTwinsWeights& weights, const Team& team) {
  const int64_t rows = batches.rows, cols = batches.cols;
  Buffer factors = centre(batches, batch, team).squares;
  for (int64_t j = 0; j < cols; j++) {
    const double deviation = std::sqrt(factors[j] / static_cast<double>(rows - weights.ddof) + weights.epsilon);
    if (deviation == 0) {
      Failure failure(Status::out_of_range, 0);
      failure.at = batch * rows;
      failure.column = j;
      throw failure;
    }
    factors[j] = 1 / deviation;
  }
  return factors;
}

// The terms, and in place of C the weighted loss's gradient by C, beside Σ_j ∂Cᵢⱼ Cᵢⱼ for each row, Σ_i for each column.
struct Correlations {
  Matrix gradient;
  Buffer row_sums, column_sums;
};

Correlations differentiate(Matrix c, const BarlowTwinsWeights& weights, BarlowTwinsTerms& terms) {
  const int64_t k = c.cols;
  Buffer row_sums(k), column_sums = Buffer::zeros(k);
  for (int64_t i = 0; i < k; i++) {
    const double own = c(i, i);
    terms.on_diagonal += (own - 1) * (own - 1);
    c(i, i) = 0;
    const double squares = dot(c.row(i), c.row(i), k);
    terms.off_diagonal += squares;
    for (int64_t j = 0; j < k; j++) column_sums[j] += 2 * weights.off_diagonal * c(i, j) * c(i, j);
    scale_row(c.row(i), 2 * weights.off_diagonal, k, c.row(i));
    c(i, i) = 2 * weights.on_diagonal * (own - 1);
    row_sums[i] = 2 * weights.off_diagonal * squares + c(i, i) * own;
    column_sums[i] += c(i, i) * own;
  }
  return {std::move(c), std::move(row_sums), std::move(column_sums)};
}

}  // namespace

// With G = ∂L/∂C the gradient by X̃ is X̃′Gᵀ/B, by X̃′ X̃G/B. Through the standardisation it becomes, for x̃ = s (x − mean),
// s (g − mean(g) − x̃ Σ(g ⊙ x̃)/(B − ddof)); mean(g) is 0, as the columns of X̃′ are centred, and Σ_n g ⊙ x̃ = Σ_j Gᵢⱼ Cᵢⱼ.
BarlowTwinsTerms barlow_twins(Batches& batches, const BarlowTwinsWeights& weights, const Team& team,
                              const Gradients& gradients) {
  const Buffer factors[2] = {factors_of(batches, 0, weights, team), factors_of(batches, 1, weights, team)};
  const int k = static_cast<int>(batches.cols);
  const double rows = static_cast<double>(batches.rows);
  Matrix c = cross_product(batches, 0, 1, team);
  for (int64_t i = 0; i < k; i++) {
    scale_row(c.row(i), factors[1].data(), k, c.row(i));
    scale_row(c.row(i), factors[0][i] / rows, k, c.row(i));
  }
  BarlowTwinsTerms terms;
  const Correlations found = differentiate(std::move(c), weights, terms);
  Buffer own[2] = {Buffer(k), Buffer(k)};
  for (int64_t j = 0; j < k; j++) {
    own[0][j] = -factors[0][j] * factors[0][j] * found.row_sums[j] / (rows - weights.ddof);
    own[1][j] = -factors[1][j] * factors[1][j] * found.column_sums[j] / (rows - weights.ddof);
  }
  // G with the factors of the batch that it is multiplied with: of X̃′ along its columns, of X̃ along its rows.
  Matrix maps[2] = {Matrix(k, k), Matrix(k, k)};
  for (int64_t i = 0; i < k; i++) {
    scale_row(found.gradient.row(i), factors[1].data(), k, maps[0].row(i));
    scale_row(found.gradient.row(i), factors[0][i], k, maps[1].row(i));
  }
  const Blocks tops(batches.rows, kTile / 2), lefts(k, kTile);
  const int64_t tiles = tops.count() * lefts.count();
  team.each(2 * tiles, [&](int64_t item) {
    const int64_t b = item / tiles, top = tops.from(item % tiles / lefts.count()), left = item % lefts.count();
    const int height = tops.size(item % tiles / lefts.count()), width = lefts.size(left);
    const int64_t from = lefts.from(left);
    double* out = gradients[static_cast<size_t>(b)] + top * k + from;
    const double* g = maps[b].data.data();
    // Rows of G for the first batch, columns for the second.
    multiply(false, b == 0, height, width, k, 1 / rows, batches.row(1 - b, top), k, b == 0 ? g + from * k : g + from, k,
             0, out, k);
    for (int64_t i = 0; i < height; i++) {
      scale_and_add(out + i * k, factors[b].data() + from, batches.row(b, top + i) + from, own[b].data() + from, width);
      check_result(out + i * k, width);
    }
  });
  return terms;
}

}  // namespace eigenview::losses
