// What it does stands in src/backends/js/views/image/shot-noise.ts.
#include <algorithm>

#include "clip.h"
#include "corruptions.h"
#include "poisson.h"

namespace eigenview {
namespace {

constexpr int64_t kStretch = 512;

EIGENVIEW_CLONES void rates_of(const double* x, double white, double photons, int64_t n, double* __restrict rates) {
  for (int64_t i = 0; i < n; i++) rates[i] = clip(x[i], white) / white * photons;
}

class ShotNoise : public ImageStep {
 public:
  ShotNoise(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), photons_(parameters[0]), poisson_(parameters[0]) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    uint32_t words[2 * kStretch];
    double rates[kStretch], u[kStretch];
    for (int64_t from = 0; from < shape_.size(); from += kStretch) {
      const int64_t count = std::min(kStretch, shape_.size() - from);
      eigenview::words(draw, 2 * from, 2 * count, words);
      for (int64_t i = 0; i < count; i++) {
        const uint64_t bits = (static_cast<uint64_t>(words[2 * i] >> 5) << 26) + (words[2 * i + 1] >> 6);
        u[i] = static_cast<double>(bits) * 0x1p-53;
      }
      rates_of(x + from, shape_.white, photons_, count, rates);
      poisson_.invert(rates, u, count, y + from);
      for (int64_t i = from; i < from + count; i++) y[i] = clip(y[i] / photons_ * shape_.white, shape_.white);
    }
  }

 private:
  const double photons_;
  const Poisson poisson_;
};

}  // namespace

std::unique_ptr<Step> make_shot_noise(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<ShotNoise>(shape, parameters);
}

}  // namespace eigenview
