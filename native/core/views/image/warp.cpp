#include "warp.h"

#include <cmath>
#include <limits>

namespace eigenview {

Warp::Warp(int width, int height, Border border)
    : width_(width), height_(height), border_(border), samples_(static_cast<size_t>(width_ * height_)) {}

void Warp::set(int64_t i, double x, double y) {
  constexpr double limit = 4503599627370496.0;  // 2⁵², as bilinear() has it
  Sample& sample = samples_[static_cast<size_t>(i)];
  if (!(std::fabs(x) < limit && std::fabs(y) < limit)) {
    sample = {};
    sample.right = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  const double left = std::floor(x), top = std::floor(y);
  const int64_t column = static_cast<int64_t>(left), row = static_cast<int64_t>(top);
  const int64_t x0 = fold(column, width_, border_), x1 = fold(column + 1, width_, border_);
  const int64_t y0 = fold(row, height_, border_) * width_, y1 = fold(row + 1, height_, border_) * width_;
  sample = {static_cast<int>(y0 + x0), static_cast<int>(y0 + x1), static_cast<int>(y1 + x0), static_cast<int>(y1 + x1),
            x - left, y - top};
}

void Warp::apply(const double* plane, double* out) const {
  for (size_t i = 0; i < samples_.size(); i++) {
    const Sample& s = samples_[i];
    const double upper = plane[s.upper_left] + s.right * (plane[s.upper_right] - plane[s.upper_left]);
    const double lower = plane[s.lower_left] + s.right * (plane[s.lower_right] - plane[s.lower_left]);
    out[i] = upper + s.down * (lower - upper);
  }
}

}  // namespace eigenview
