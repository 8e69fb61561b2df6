// What it does stands in src/backends/js/views/image/motion-blur.ts.
//
// All pixels read between pixels at the same fractions, so the bilinear samples of a path are one sparse kernel.
#include <algorithm>
#include <cmath>

#include "../../buffer.h"
#include "clip.h"
#include "corruptions.h"
#include "filter.h"
#include "weigh.h"

namespace eigenview {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Tap {
  int64_t dx, dy;
};

class MotionBlur : public ImageStep {
 public:
  MotionBlur(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), reach_(2 * static_cast<int64_t>(parameters[0]) + 1) {
    const std::vector<double> both = gaussian_kernel(parameters[1], static_cast<int>(reach_) - 1);
    weights_.assign(both.begin() + reach_ - 1, both.end());
    double sum = 0;
    for (const double weight : weights_) sum += weight;
    for (double& weight : weights_) weight /= sum;
  }

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    std::vector<Tap> taps;
    std::vector<double> weights;
    gather_taps((2 * uniform(draw, 0) - 1) * kPi / 4, taps, weights);
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) apply(x + start, taps, weights, y + start);
  }

 private:
  // Columns 0 … reach, rows −reach … reach about a pixel are all that a path can touch.
  void gather_taps(double angle, std::vector<Tap>& taps, std::vector<double>& weights) const {
    const double dx = std::cos(angle), dy = std::sin(angle);
    const int64_t side = reach_ + 1;
    std::vector<double> dense(static_cast<size_t>(side * (2 * reach_ + 1)));
    const auto at = [&](int64_t i, int64_t j) -> double& { return dense[static_cast<size_t>((j + reach_) * side + i)]; };
    for (int64_t k = 0; k < reach_; k++) {
      const double along = static_cast<double>(k) * dx, across = static_cast<double>(k) * dy;
      const double left = std::floor(along), top = std::floor(across), right = along - left, down = across - top;
      const int64_t i = static_cast<int64_t>(left), j = static_cast<int64_t>(top);
      const double weight = weights_[static_cast<size_t>(k)];
      at(i, j) += weight * (1 - right) * (1 - down);
      at(i + 1, j) += weight * right * (1 - down);
      at(i, j + 1) += weight * (1 - right) * down;
      at(i + 1, j + 1) += weight * right * down;
    }
    for (int64_t j = -reach_; j <= reach_; j++) {
      for (int64_t i = 0; i <= reach_; i++) {
        if (at(i, j) == 0) continue;
        taps.push_back({i, j});
        weights.push_back(at(i, j));
      }
    }
  }

  void apply(const double* plane, const std::vector<Tap>& taps, const std::vector<double>& weights, double* y) const {
    const int64_t width = shape_.width, height = shape_.height, padded = width + reach_;
    Buffer wide(height * padded);
    for (int64_t j = 0; j < height; j++) {
      double* row = wide.data() + j * padded;
      std::copy_n(plane + j * width, width, row);
      std::fill(row + width, row + padded, row[width - 1]);
    }
    std::vector<const double*> rows(taps.size());
    for (int64_t j = 0; j < height; j++) {
      for (size_t k = 0; k < taps.size(); k++) {
        rows[k] = wide.data() + fold(j + taps[k].dy, height, Border::nearest) * padded + taps[k].dx;
      }
      weigh(rows.data(), weights.data(), static_cast<int64_t>(rows.size()), width, y + j * width);
      for (int64_t i = j * width; i < (j + 1) * width; i++) y[i] = clip(y[i], shape_.white);
    }
  }

  const int64_t reach_;  // one more than the farthest sample
  std::vector<double> weights_;
};

}  // namespace

std::unique_ptr<Step> make_motion_blur(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<MotionBlur>(shape, parameters);
}

}  // namespace eigenview
