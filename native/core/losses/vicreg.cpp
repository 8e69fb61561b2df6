#include "vicreg.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

// The mean of (Z − Z′)², and weight times its gradients.
double invariance(const Batches& batches, double weight, const Team& team, const Gradients& gradients) {
  const int64_t rows = batches.rows, cols = batches.cols;
  const double size = static_cast<double>(rows) * static_cast<double>(cols);
  const Blocks blocks = row_blocks(rows, cols);
  Buffer partial(blocks.count());
  team.each(blocks.count(), [&](int64_t b) {
    const int64_t from = blocks.from(b) * cols, count = blocks.size(b) * cols;
    double* g = gradients[0] + from;
    partial[b] = difference_row(batches.row(0, 0) + from, batches.row(1, 0) + from, 2 * weight / size, count, g);
    scale_row(g, -1, count, gradients[1] + from);
  });
  return sum_of(partial.data(), blocks.count()) / size;
}

// Turns XᵀX of the centred rows into the symmetric M for which X M is the gradient of the weighted terms: off the diagonal
// 4 w Cov / (k (n − 1)), on it −v / (k (n − 1) √(var + ε)) where the hinge is active.
void spread(Matrix& m, const Buffer& squares, int64_t rows, const VicregWeights& weights, VicregTerms& terms) {
  const int64_t k = m.cols;
  const double divisor = static_cast<double>(rows - 1), dims = static_cast<double>(k);
  double variance = 0, covariance = 0;
  for (int64_t i = 0; i < k; i++) {
    m(i, i) = 0;
    scale_row(m.row(i), 1 / divisor, k, m.row(i));
    covariance += dot(m.row(i), m.row(i), k);
    scale_row(m.row(i), 4 * weights.covariance / (dims * divisor), k, m.row(i));
    const double deviation = std::sqrt(squares[i] / divisor + weights.epsilon);
    if (!(deviation < weights.gamma)) continue;
    variance += weights.gamma - deviation;
    // Without ε the hinge has no derivative where the variance is 0; 0 is one of its one-sided limits along constants.
    if (deviation > 0) m(i, i) = -weights.variance / (dims * divisor * deviation);
  }
  terms.variance.push_back(variance / dims);
  terms.covariance.push_back(covariance / dims);
}

}  // namespace

VicregTerms vicreg(Batches& batches, const VicregWeights& weights, const Team& team, const Gradients& gradients) {
  check_finite(batches, team);
  VicregTerms terms;
  const bool pair = batches.count == 2;
  if (pair) terms.invariance = invariance(batches, weights.invariance, team, gradients);
  std::vector<Matrix> maps;
  for (int64_t b = 0; b < batches.count; b++) {
    const Buffer squares = centre(batches, b, team);
    check_result(squares.data(), squares.size());
    maps.push_back(cross_product(batches, b, b, team));
    spread(maps.back(), squares, batches.rows, weights, terms);
  }
  const int k = static_cast<int>(batches.cols);
  const Blocks tops(batches.rows, kTile), lefts(k, kTile);
  const int64_t tiles = tops.count() * lefts.count();
  team.each(batches.count * tiles, [&](int64_t item) {
    const int64_t b = item / tiles, top = item % tiles / lefts.count(), left = item % lefts.count();
    double* out = gradients[static_cast<size_t>(b)] + tops.from(top) * k + lefts.from(left);
    multiply(false, false, tops.size(top), lefts.size(left), k, 1, batches.row(b, tops.from(top)), k,
             maps[static_cast<size_t>(b)].data.data() + lefts.from(left), k, pair ? 1 : 0, out, k);
    for (int64_t i = 0; i < tops.size(top); i++) check_result(out + i * k, lefts.size(left));
  });
  return terms;
}

}  // namespace eigenview::losses
