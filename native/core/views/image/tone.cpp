// Brightness, contrast, saturation; what each does stands in src/backends/js/views/image/tone.ts.
#include <algorithm>

#include "clip.h"
#include "corruptions.h"

namespace eigenview {
namespace {

// At one hue and saturation, channels are in proportion to the value; of black, all are the value.
EIGENVIEW_CLONES void raise_value(const double* x, int64_t plane, double added, double white, double* __restrict y) {
  for (int64_t i = 0; i < plane; i++) {
    const double r = clip(x[i], white), g = clip(x[plane + i], white), b = clip(x[2 * plane + i], white);
    const double rg = r > g ? r : g, value = rg > b ? rg : b;
    const double raised = clip(value + added, white), unit = value > 0 ? value : 1;
    const double factor = raised / unit, offset = value > 0 ? 0 : raised;
    y[i] = clip(r * factor + offset, white);
    y[plane + i] = clip(g * factor + offset, white);
    y[2 * plane + i] = clip(b * factor + offset, white);
  }
}

EIGENVIEW_CLONES void raise(const double* x, int64_t plane, double added, double white, double* __restrict y) {
  for (int64_t i = 0; i < plane; i++) y[i] = clip(clip(x[i], white) + added, white);
}

// At one hue and value v, a channel is v − q v s, q the same for all saturations s: (v − x)/(v − least), and of grey that of
// red: 0 for red, 1 for the others.
EIGENVIEW_CLONES void scale_saturation(const double* x, int64_t plane, double factor, double added, double white,
                                       double* __restrict y) {
  for (int64_t i = 0; i < plane; i++) {
    const double r = clip(x[i], white), g = clip(x[plane + i], white), b = clip(x[2 * plane + i], white);
    const double high_rg = r > g ? r : g, low_rg = r < g ? r : g;
    const double value = high_rg > b ? high_rg : b, chroma = value - (low_rg < b ? low_rg : b);
    const double saturation = clip(chroma / (value > 0 ? value : 1) * factor + added, 1);
    const double depth = value * saturation / (chroma > 0 ? chroma : 1);
    const double grey = chroma > 0 ? 0 : value * saturation;
    y[i] = clip(value - (value - r) * depth, white);
    y[plane + i] = clip(value - ((value - g) * depth + grey), white);
    y[2 * plane + i] = clip(value - ((value - b) * depth + grey), white);
  }
}

EIGENVIEW_CLONES double sum(const double* x, int64_t n) {
  constexpr int64_t kLanes = 16;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t j = 0; j < kLanes; j++) lanes[j] += x[i + j];
  }
  double total = 0;
  for (; i < n; i++) total += x[i];
  for (const double lane : lanes) total += lane;
  return total;
}

EIGENVIEW_CLONES void scale_about(const double* x, int64_t n, double mean, double factor, double white,
                                  double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] = clip((x[i] - mean) * factor + mean, white);
}

class Brightness : public ImageStep {
 public:
  Brightness(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), added_(parameters[0]) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    if (shape_.channels == 3) {
      raise_value(x, shape_.plane(), added_, shape_.white, y);
    } else {
      raise(x, shape_.size(), added_, shape_.white, y);
    }
  }

 private:
  const double added_;
};

class Saturate : public ImageStep {
 public:
  Saturate(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), factor_(parameters[0]), added_(parameters[1]) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    scale_saturation(x, shape_.plane(), factor_, added_, shape_.white, y);
  }

 private:
  const double factor_, added_;
};

class Contrast : public ImageStep {
 public:
  Contrast(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), factor_(parameters[0]) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    const int64_t plane = shape_.plane();
    for (int64_t start = 0; start < shape_.size(); start += plane) {
      const double mean = sum(x + start, plane) / static_cast<double>(plane);
      scale_about(x + start, plane, mean, factor_, shape_.white, y + start);
    }
  }

 private:
  const double factor_;
};

}  // namespace

std::unique_ptr<Step> make_brightness(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Brightness>(shape, parameters);
}

std::unique_ptr<Step> make_contrast(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Contrast>(shape, parameters);
}

std::unique_ptr<Step> make_saturate(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Saturate>(shape, parameters);
}

}  // namespace eigenview
