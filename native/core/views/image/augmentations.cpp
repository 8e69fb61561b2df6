// The augmentations of self-supervised learning; what each does stands in src/backends/js/views/image/augmentations.ts.
#include <algorithm>

#include "../../clones.h"
#include "colour.h"
#include "crop.h"
#include "filter.h"
#include "image.h"
#include "jitter.h"

namespace eigenview {
namespace {

class HorizontalFlip : public ImageStep {
 public:
  using ImageStep::ImageStep;

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    const int64_t width = shape_.width, size = shape_.size();
    for (int64_t start = 0; start < size; start += width) std::reverse_copy(x + start, x + start + width, y + start);
  }
};

EIGENVIEW_CLONES void luma_of(const double* r, const double* g, const double* b, int64_t n, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) out[i] = luma(r[i], g[i], b[i]);
}

class Grayscale : public ImageStep {
 public:
  using ImageStep::ImageStep;

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    const int64_t n = shape_.plane();
    luma_of(x, x + n, x + 2 * n, n, y);
    std::copy_n(y, n, y + n);
    std::copy_n(y, n, y + 2 * n);
  }
};

class GaussianBlur : public ImageStep {
 public:
  GaussianBlur(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), low_(parameters[0]), high_(parameters[1]), radius_(static_cast<int>(parameters[2]) / 2) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    const std::vector<double> kernel = gaussian_kernel(low_ + uniform(draw, 0) * (high_ - low_), radius_);
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) {
      convolve(x + start, shape_.width, shape_.height, kernel, Border::mirror, y + start);
    }
  }

 private:
  const double low_, high_;
  const int radius_;
};

EIGENVIEW_CLONES void invert_above(const double* x, int64_t n, double threshold, double white, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] = x[i] >= threshold ? white - x[i] : x[i];
}

class Solarize : public ImageStep {
 public:
  Solarize(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), threshold_(parameters[0]) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    invert_above(x, shape_.size(), threshold_, shape_.white, y);
  }

 private:
  const double threshold_;
};

}  // namespace

std::unique_ptr<Step> make_augmentation(const std::string& name, const ImageShape& shape,
                                        const std::vector<double>& parameters) {
  if (name == "randomResizedCrop") return make_random_resized_crop(shape, parameters);
  if (name == "horizontalFlip") return std::make_unique<HorizontalFlip>(shape);
  if (name == "colorJitter") return make_color_jitter(shape, parameters);
  if (name == "grayscale") return std::make_unique<Grayscale>(shape);
  if (name == "gaussianBlur") return std::make_unique<GaussianBlur>(shape, parameters);
  if (name == "solarize") return std::make_unique<Solarize>(shape, parameters);
  return nullptr;
}

}  // namespace eigenview
