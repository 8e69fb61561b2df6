#include "sigreg.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

// Projections held at once, so that memory does not grow with rows times directions.
constexpr int64_t kProjections = int64_t{1} << 22;

// Angles whose sines and cosines are held at once, in the innermost cache.
constexpr int64_t kStretch = 512;

// t_w = w Δt, e^{−t²/2}, and the trapezoid's weights times it, doubled for −t.
struct Knots {
  double step;
  std::vector<double> target, weight;

  Knots(int count, double t_max) : step(t_max / (count - 1)) {
    for (int w = 0; w < count; w++) {
      const double t = w * step;
      target.push_back(std::exp(-t * t / 2));
      weight.push_back((w == 0 || w == count - 1 ? 1 : 2) * step * target.back());
    }
  }
  size_t count() const { return target.size(); }
};

// The innermost loops' memory: sine and cosine of the angles of one stretch, and of their multiples.
struct Scratch {
  alignas(64) double cos1[kStretch], sin1[kStretch], cosines[kStretch], sines[kStretch];

  void begin(const double* angles, int64_t n) {
    sin_cos_row(angles, n, sin1, cos1);
    std::fill_n(cosines, n, 1.0);
    std::fill_n(sines, n, 0.0);
  }
};

// The statistic n Σ_w q_w |φ̂(t_w) − e^{−t_w²/2}|² of n projections given as angles Δt p; in place of those, `factor` times
// its derivatives by p: with c̄_w and s̄_w the means of cos t_w p and sin t_w p,
// Σ_w 2 q_w t_w (s̄_w cos t_w p − (c̄_w − e^{−t_w²/2}) sin t_w p).
double statistic(const Knots& knots, double* angles, int64_t n, double factor) {
  Scratch scratch;
  const size_t count = knots.count();
  // At t = 0 both functions are 1.
  std::vector<double> cosines(count, 0.0), sines(count, 0.0);
  for (int64_t from = 0; from < n; from += kStretch) {
    const int64_t size = std::min(kStretch, n - from);
    scratch.begin(angles + from, size);
    for (size_t w = 1; w < count; w++) {
      turn_row(scratch.cos1, scratch.sin1, size, scratch.cosines, scratch.sines, cosines[w], sines[w]);
    }
  }
  double sum = 0;
  const double rows = static_cast<double>(n);
  for (size_t w = 1; w < count; w++) {
    const double real = cosines[w] / rows - knots.target[w], imaginary = sines[w] / rows;
    sum += knots.weight[w] * (real * real + imaginary * imaginary);
    const double scale = 2 * factor * knots.weight[w] * static_cast<double>(w) * knots.step;
    sines[w] = scale * imaginary;
    cosines[w] = -scale * real;
  }
  for (int64_t from = 0; from < n; from += kStretch) {
    const int64_t size = std::min(kStretch, n - from);
    scratch.begin(angles + from, size);
    std::fill_n(angles + from, size, 0.0);
    for (size_t w = 1; w < count; w++) {
      turn_row(scratch.cos1, scratch.sin1, size, scratch.cosines, scratch.sines, cosines[w], sines[w], angles + from);
    }
  }
  return rows * sum;
}

// The mean of (z̄ − z)² over batches and elements, and weight times its gradients (through z̄ they vanish).
double invariance(const Batches& batches, double weight, const Team& team, const Gradients& gradients) {
  const int64_t views = batches.count, cols = batches.cols;
  const double size = static_cast<double>(views * batches.rows) * static_cast<double>(cols);
  const Blocks blocks = row_blocks(batches.rows, cols);
  Buffer partial(blocks.count());
  team.each(blocks.count(), [&](int64_t b) {
    Buffer mean(cols);
    partial[b] = 0;
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      std::fill_n(mean.data(), cols, 0.0);
      for (int64_t v = 0; v < views; v++) add_scaled(batches.row(v, i), 1 / static_cast<double>(views), cols, mean.data());
      for (int64_t v = 0; v < views; v++) {
        partial[b] += difference_row(batches.row(v, i), mean.data(), 2 * weight / size, cols,
                                     gradients[static_cast<size_t>(v)] + i * cols);
      }
    }
  });
  return sum_of(partial.data(), partial.size()) / size;
}

}  // namespace

Matrix random_directions(Stream stream, int count, int dim, const Team& team) {
  Matrix directions(count, dim);
  const Blocks blocks = row_blocks(count, dim);
  team.each(blocks.count(), [&](int64_t b) {
    Buffer drawn(dim + 1);
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      normals(stream, static_cast<uint64_t>(i), 0, (dim + 1) / 2, drawn.data());
      scale_row(drawn.data(), 1 / std::sqrt(dot(drawn.data(), drawn.data(), dim)), dim, directions.row(i));
    }
  });
  return directions;
}

SigregTerms sigreg(const Batches& batches, const Matrix& directions, const SigregOptions& options, const Team& team,
                   const Gradients& gradients) {
  check_finite(batches, team);
  const int64_t rows = batches.rows, all = directions.rows;
  const int k = static_cast<int>(batches.cols), n = static_cast<int>(rows);
  const Knots knots(options.knots, options.t_max);
  const double share = 1 / (static_cast<double>(all) * static_cast<double>(batches.count));
  SigregTerms terms;
  const bool several = batches.count > 1;
  if (several) terms.invariance = invariance(batches, options.invariance, team, gradients);
  const int64_t most = std::max<int64_t>(64, kProjections / rows);
  const Blocks chunks(all, most), tops(rows, kTile), lefts(k, kTile);
  Buffer angles(std::min(all, most) * rows), statistics(all);
  for (int64_t item = 0; item < batches.count * chunks.count(); item++) {
    const int64_t batch = item / chunks.count(), chunk = item % chunks.count(), first = chunks.from(chunk);
    const int count = chunks.size(chunk);
    const Blocks sides(count, kTile / 2);
    team.each(sides.count() * tops.count(), [&](int64_t tile) {
      const int64_t side = tile / tops.count(), top = tile % tops.count();
      multiply(false, true, sides.size(side), tops.size(top), k, knots.step, directions.row(first + sides.from(side)), k,
               batches.row(batch, tops.from(top)), k, 0, angles.data() + sides.from(side) * rows + tops.from(top), n);
    });
    team.each(count, [&](int64_t i) {
      double* own = angles.data() + i * rows;
      check_result(own, rows);
      statistics[first + i] = statistic(knots, own, rows, options.sigreg * share);
    });
    terms.sigreg += sum_of(statistics.data() + first, count) * share;
    team.each(tops.count() * lefts.count(), [&](int64_t tile) {
      const int64_t top = tile / lefts.count(), left = tile % lefts.count();
      double* out = gradients[static_cast<size_t>(batch)] + tops.from(top) * k + lefts.from(left);
      multiply(true, false, tops.size(top), lefts.size(left), count, 1, angles.data() + tops.from(top), n,
               directions.row(first) + lefts.from(left), k, several || chunk > 0 ? 1 : 0, out, k);
      for (int64_t i = 0; i < tops.size(top); i++) check_result(out + i * k, lefts.size(left));
    });
  }
  return terms;
}

}  // namespace eigenview::losses
