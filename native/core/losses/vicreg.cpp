#include "vicreg.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

// Means of the first batch less those of the second.
Buffer difference_of_means(const Centred& first, const Centred& second) {
  Buffer difference(first.origin.size());
  for (int64_t j = 0; j < difference.size(); j++) {
    difference[j] = (first.origin[j] - second.origin[j]) + (first.offset[j] - second.offset[j]);
  }
  return difference;
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
  VicregTerms terms;
  const bool pair = batches.count == 2;
  std::vector<Centred> centred;
  std::vector<Matrix> maps;
  for (int64_t b = 0; b < batches.count; b++) {
    centred.push_back(centre(batches, b, team));
    maps.push_back(cross_product(batches, b, b, team));
    spread(maps.back(), centred.back().squares, batches.rows, weights, terms);
  }
  const double size = static_cast<double>(batches.rows) * static_cast<double>(batches.cols);
  const Buffer shift = pair ? difference_of_means(centred[0], centred[1]) : Buffer();
  const int k = static_cast<int>(batches.cols);
  const Blocks tops(batches.rows, kTile / 2), lefts(k, kTile);
  const int64_t tiles = tops.count() * lefts.count();
  Buffer squares = Buffer::zeros(batches.count * tiles);
  team.each(batches.count * tiles, [&](int64_t item) {
    const int64_t b = item / tiles, top = tops.from(item % tiles / lefts.count()), left = lefts.from(item % lefts.count());
    const int height = tops.size(item % tiles / lefts.count()), width = lefts.size(item % lefts.count());
    double* out = gradients[static_cast<size_t>(b)] + top * k + left;
    multiply(false, false, height, width, k, 1, batches.row(b, top), k, maps[static_cast<size_t>(b)].data.data() + left, k,
             0, out, k);
    // The invariance term's part of the gradient, ±2 w (Z − Z′)/(n k), while the tile is in cache.
    const double factor = (b == 0 ? 2 : -2) * weights.invariance / size;
    for (int64_t i = 0; i < height; i++) {
      if (pair) {
        squares[item] += add_difference_row(batches.row(0, top + i) + left, batches.row(1, top + i) + left,
                                            shift.data() + left, factor, width, out + i * k);
      }
      check_result(out + i * k, width);
    }
  });
  if (pair) terms.invariance = sum_of(squares.data(), tiles) / size;
  return terms;
}

}  // namespace eigenview::losses
