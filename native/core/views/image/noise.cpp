// Noise of each number by itself; what each does stands in src/backends/js/views/image/noise.ts.
#include <algorithm>
#include <limits>

#include "clip.h"
#include "corruptions.h"

namespace eigenview {
namespace {

constexpr int64_t kStretch = 1024;  // numbers for which random ones are drawn at once

EIGENVIEW_CLONES void add_noise(const double* x, const float* g, double std, double black, double white, int64_t n,
                                double* __restrict y) {
  for (int64_t i = 0; i < n; i++) {
    const double noisy = x[i] + std * static_cast<double>(g[i]), positive = noisy < black ? black : noisy;
    y[i] = positive > white ? white : positive;
  }
}

EIGENVIEW_CLONES void add_speckle(const double* x, const float* g, double std, double white, int64_t n,
                                  double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] = clip(x[i] + x[i] * std * static_cast<double>(g[i]), white);
}

// pepper, hit: the words below which a number is black, and below which it is changed at all; doubles, since a share of 1 is
// 2³².
EIGENVIEW_CLONES void strike(const double* x, const uint32_t* words, double pepper, double hit, double white, int64_t n,
                             double* __restrict y) {
  for (int64_t i = 0; i < n; i++) {
    const double word = static_cast<double>(words[i]), struck = word < pepper ? 0 : white;
    y[i] = word < hit ? struck : clip(x[i], white);
  }
}

class GaussianNoise : public ImageStep {
 public:
  GaussianNoise(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape),
        std_(parameters[0]),
        black_(parameters[1] != 0 ? 0 : -kInfinity),
        white_(parameters[1] != 0 ? shape.white : kInfinity) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    float g[kStretch];
    for (int64_t from = 0; from < shape_.size(); from += kStretch) {
      const int64_t count = std::min(kStretch, shape_.size() - from);
      normals(draw, from, count, g);
      add_noise(x + from, g, std_, black_, white_, count, y + from);
    }
  }

 private:
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double std_, black_, white_;
};

class SpeckleNoise : public ImageStep {
 public:
  SpeckleNoise(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), std_(parameters[0]) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    float g[kStretch];
    for (int64_t from = 0; from < shape_.size(); from += kStretch) {
      const int64_t count = std::min(kStretch, shape_.size() - from);
      normals(draw, from, count, g);
      add_speckle(x + from, g, std_, shape_.white, count, y + from);
    }
  }

 private:
  const double std_;
};

class ImpulseNoise : public ImageStep {
 public:
  ImpulseNoise(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), pepper_(parameters[0] / 2 * 0x1p32), hit_(parameters[0] * 0x1p32) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    uint32_t words[kStretch];
    for (int64_t from = 0; from < shape_.size(); from += kStretch) {
      const int64_t count = std::min(kStretch, shape_.size() - from);
      eigenview::words(draw, from, count, words);
      strike(x + from, words, pepper_, hit_, shape_.white, count, y + from);
    }
  }

 private:
  const double pepper_, hit_;
};

}  // namespace

std::unique_ptr<Step> make_gaussian_noise(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<GaussianNoise>(shape, parameters);
}

std::unique_ptr<Step> make_speckle_noise(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<SpeckleNoise>(shape, parameters);
}

std::unique_ptr<Step> make_impulse_noise(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<ImpulseNoise>(shape, parameters);
}

}  // namespace eigenview
