#include "jitter.h"

#include <algorithm>
#include <cmath>

#include "../../clones.h"
#include "colour.h"

namespace eigenview {
namespace {

enum Adjustment { kBrightness, kContrast, kSaturation, kHue, kAdjustments };
constexpr int kOrders = 24;
constexpr int64_t kLanes = 8;

// NaN stays NaN.
EIGENVIEW_INLINE double clip(double x, double white) {
  const double positive = x < 0 ? 0 : x;
  return positive > white ? white : positive;
}

EIGENVIEW_CLONES void scale_and_shift(double* x, int64_t n, double factor, double offset, double white) {
  for (int64_t i = 0; i < n; i++) x[i] = clip(factor * x[i] + offset, white);
}

EIGENVIEW_CLONES void adjust_saturation(double* __restrict r, double* __restrict g, double* __restrict b, int64_t n,
                                        double factor, double white) {
  for (int64_t i = 0; i < n; i++) {
    const double grey = (1 - factor) * luma(r[i], g[i], b[i]);
    r[i] = clip(factor * r[i] + grey, white);
    g[i] = clip(factor * g[i] + grey, white);
    b[i] = clip(factor * b[i] + grey, white);
  }
}

EIGENVIEW_CLONES void adjust_hue(double* __restrict r, double* __restrict g, double* __restrict b, int64_t n,
                                 double shift) {
  for (int64_t i = 0; i < n; i++) {
    Hsv hsv = to_hsv(r[i], g[i], b[i]);
    const double shifted = hsv.h + shift;
    const double positive = shifted < 0 ? shifted + 1 : shifted;
    hsv.h = positive >= 1 ? positive - 1 : positive;
    to_rgb(hsv, r[i], g[i], b[i]);
  }
}

// In lanes: compilers keep the order of a sum.
EIGENVIEW_CLONES double sum(const double* x, int64_t n) {
  double lanes[kLanes] = {}, rest = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t j = 0; j < kLanes; j++) lanes[j] += x[i + j];
  }
  for (; i < n; i++) rest += x[i];
  for (const double lane : lanes) rest += lane;
  return rest;
}

class ColorJitter : public ImageStep {
 public:
  ColorJitter(const ImageShape& shape, const std::vector<double>& parameters) : ImageStep(shape) {
    std::copy_n(parameters.begin(), kAdjustments, strengths_);
  }

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    std::copy_n(x, shape_.size(), y);
    double u[8];
    uniforms(draw, 0, 8, u);
    int order = static_cast<int>(kOrders * u[kAdjustments]);
    int left[kAdjustments] = {kBrightness, kContrast, kSaturation, kHue};
    for (int count = kAdjustments; count > 0; count--) {
      int* chosen = left + order % count;
      order /= count;
      adjust(*chosen, u[*chosen], y);
      std::copy(chosen + 1, left + count, chosen);
    }
  }

 private:
  void adjust(int adjustment, double u, double* pixels) const {
    const double strength = strengths_[adjustment];
    if (!(strength > 0)) return;
    const int64_t n = shape_.plane();
    const double low = adjustment == kHue ? -strength : std::max(0.0, 1 - strength);
    const double high = adjustment == kHue ? strength : 1 + strength;
    const double amount = low + u * (high - low);
    switch (adjustment) {
      case kBrightness: return scale_and_shift(pixels, shape_.size(), amount, 0, shape_.white);
      case kContrast:
        return scale_and_shift(pixels, shape_.size(), amount, (1 - amount) * mean_luma(pixels), shape_.white);
      case kSaturation: return adjust_saturation(pixels, pixels + n, pixels + 2 * n, n, amount, shape_.white);
      default: return adjust_hue(pixels, pixels + n, pixels + 2 * n, n, amount);
    }
  }

  double mean_luma(const double* pixels) const {
    const int64_t n = shape_.plane();
    const double count = static_cast<double>(n);
    if (shape_.channels == 1) return sum(pixels, n) / count;
    return luma(sum(pixels, n), sum(pixels + n, n), sum(pixels + 2 * n, n)) / count;
  }

  double strengths_[kAdjustments];
};

}  // namespace

std::unique_ptr<Step> make_color_jitter(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<ColorJitter>(shape, parameters);
}

}  // namespace eigenview
