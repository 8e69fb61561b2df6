// What it does stands in src/backends/js/views/image/fog.ts.
#include <algorithm>

#include "../../buffer.h"
#include "clip.h"
#include "corruptions.h"
#include "plasma.h"

namespace eigenview {
namespace {

// At least 0; NaN does not count.
EIGENVIEW_CLONES double greatest_of(const double* x, int64_t n) {
  constexpr int64_t kLanes = 16;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t j = 0; j < kLanes; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (; i < n; i++) lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
  return *std::max_element(lanes, lanes + kLanes);
}

EIGENVIEW_CLONES void veil(const double* x, const double* density, double strength, double factor, double white,
                           int64_t n, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] = clip((x[i] + strength * density[i]) * factor, white);
}

class Fog : public ImageStep {
 public:
  Fog(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), strength_(parameters[0]), fading_(parameters[1]) {
    while (side_ < std::max(shape.width, shape.height)) side_ *= 2;
  }

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    Buffer map(side_ * side_);
    plasma(draw, side_, fading_, map.data());
    const double greatest = greatest_of(x, shape_.size()), factor = greatest / (greatest + strength_);
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) {
      for (int64_t row = 0; row < shape_.height; row++) {
        const int64_t at = start + row * shape_.width;
        veil(x + at, map.data() + row * side_, strength_, factor, shape_.white, shape_.width, y + at);
      }
    }
  }

 private:
  const double strength_, fading_;
  int64_t side_ = 1;
};

}  // namespace

std::unique_ptr<Step> make_fog(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Fog>(shape, parameters);
}

}  // namespace eigenview
