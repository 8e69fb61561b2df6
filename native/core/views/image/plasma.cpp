#include "plasma.h"

#include <algorithm>

#include "../../buffer.h"
#include "../../clones.h"

namespace eigenview {
namespace {

constexpr double kWibble = 100;

class Map {
 public:
  Map(double* heights, const double* u, int64_t side) : heights_(heights), u_(u), side_(side) {}

  // The centres of squares of a step's grid.
  void fill_squares(int64_t step, double scale) {
    const int64_t half = step / 2;
    for (int64_t row = half; row < side_; row += step) {
      const double *above = line(row - half), *below = line(row + half);
      fill_row(row, half, step, scale, [&](int64_t left, int64_t, int64_t right) {
        return above[left] + above[right] + below[left] + below[right];
      });
    }
  }

  // The middles of their edges: between corners in one row, between centres in the next.
  void fill_diamonds(int64_t step, double scale) {
    const int64_t half = step / 2;
    for (int64_t row = 0; row < side_; row += half) {
      const double *above = line(row - half), *below = line(row + half), *same = line(row);
      fill_row(row, row % step == 0 ? half : 0, step, scale, [&](int64_t left, int64_t middle, int64_t right) {
        return above[middle] + same[left] + same[right] + below[middle];
      });
    }
  }

 private:
  double* line(int64_t row) const { return heights_ + (row & (side_ - 1)) * side_; }

  // The points of a row from `first` in steps of `step`, from the sum of their neighbours. Only the first and the last may
  // have one beyond an edge.
  template <class Sum>
  EIGENVIEW_INLINE void fill_row(int64_t row, int64_t first, int64_t step, double scale, const Sum& sum) {
    const int64_t half = step / 2;
    double* out = line(row);
    const double* u = u_ + row * side_;
    const auto fill = [&](int64_t left, int64_t middle, int64_t right) {
      out[middle] = sum(left, middle, right) / 4 + scale * (2 * u[middle] - 1);
    };
    int64_t column = first;
    for (; column < half; column += step) fill(column - half + side_, column, column + half);
    for (; column + half < side_; column += step) fill(column - half, column, column + half);
    for (; column < side_; column += step) fill(column - half, column, column + half - side_);
  }

  double* heights_;
  const double* u_;
  int64_t side_;
};

EIGENVIEW_CLONES void find_range(const double* x, int64_t n, double& least, double& greatest) {
  constexpr int64_t kLanes = 16;
  double low[kLanes], high[kLanes];
  std::fill(low, low + kLanes, x[0]);
  std::fill(high, high + kLanes, x[0]);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t j = 0; j < kLanes; j++) {
      low[j] = x[i + j] < low[j] ? x[i + j] : low[j];
      high[j] = x[i + j] > high[j] ? x[i + j] : high[j];
    }
  }
  for (; i < n; i++) {
    low[0] = std::min(low[0], x[i]);
    high[0] = std::max(high[0], x[i]);
  }
  least = *std::min_element(low, low + kLanes);
  greatest = *std::max_element(high, high + kLanes);
}

EIGENVIEW_CLONES void rescale(double* x, int64_t n, double least, double range) {
  for (int64_t i = 0; i < n; i++) x[i] = (x[i] - least) / range;
}

}  // namespace

void plasma(const Draw& draw, int64_t side, double decay, double* map) {
  Buffer u(side * side);
  uniforms(draw, 0, side * side, u.data());
  Map heights(map, u.data(), side);
  map[0] = 0;
  double wibble = kWibble;
  for (int64_t step = side; step >= 2; step /= 2, wibble /= decay) {
    heights.fill_squares(step, wibble * wibble);
    heights.fill_diamonds(step, wibble * wibble);
  }
  double least, greatest;
  find_range(map, side * side, least, greatest);
  const double range = greatest - least;
  if (range > 0) {
    rescale(map, side * side, least, range);
  } else {
    std::fill(map, map + side * side, 0.0);
  }
}

}  // namespace eigenview
