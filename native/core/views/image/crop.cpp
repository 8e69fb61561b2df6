#include "crop.h"

#include <algorithm>
#include <cmath>

#include "../../clones.h"

namespace eigenview {
namespace {

constexpr int kAttempts = 10;

struct Crop {
  int left, top, width, height;
};

// For each pixel of an axis the two that it lies between, and how far it is from the first.
struct Axis {
  explicit Axis(int size) : near(static_cast<size_t>(size)), far(near.size()), part(near.size()) {}

  // The whole axis over pixels [start, start + size).
  void span(int start, int size) {
    const int n = static_cast<int>(near.size());
    const double scale = static_cast<double>(size) / n;
    for (int i = 0; i < n; i++) {
      const double position = std::min(std::max((i + 0.5) * scale - 0.5, 0.0), size - 1.0);
      const int index = static_cast<int>(position);
      near[static_cast<size_t>(i)] = start + index;
      far[static_cast<size_t>(i)] = start + std::min(index + 1, size - 1);
      part[static_cast<size_t>(i)] = position - index;
    }
  }

  std::vector<int32_t> near, far;
  std::vector<double> part;
};

EIGENVIEW_CLONES void resample(const double* row, const int32_t* near, const int32_t* far, const double* part,
                               int64_t n, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) {
    const double a = row[near[i]], b = row[far[i]];
    out[i] = a + part[i] * (b - a);
  }
}

EIGENVIEW_CLONES void mix(const double* a, const double* b, double part, int64_t n, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] + part * (b[i] - a[i]);
}

double round_half_up(double value) { return std::floor(value + 0.5); }

class RandomResizedCrop : public ImageStep {
 public:
  RandomResizedCrop(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape),
        scale_{parameters[0], parameters[1]},
        ratio_{parameters[2], parameters[3]},
        log_ratio_{std::log(parameters[2]), std::log(parameters[3])} {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    const Crop crop = draw_crop(draw);
    Axis columns(shape_.width), rows(shape_.height);
    columns.span(crop.left, crop.width);
    rows.span(crop.top, crop.height);
    // Two rows at the width of the image, between which those of the image lie; each is made once.
    std::vector<double> buffer(2 * static_cast<size_t>(shape_.width));
    double* upper = buffer.data();
    double* lower = upper + shape_.width;
    for (int c = 0; c < shape_.channels; c++) {
      const double* plane = x + c * shape_.plane();
      int upper_row = -1, lower_row = -1;
      for (int j = 0; j < shape_.height; j++) {
        const int near = rows.near[static_cast<size_t>(j)], far = rows.far[static_cast<size_t>(j)];
        if (near == lower_row) {
          std::swap(upper, lower);
          std::swap(upper_row, lower_row);
        }
        if (near != upper_row) stretch(plane, near, columns, upper);
        if (far != lower_row) stretch(plane, far, columns, lower);
        upper_row = near;
        lower_row = far;
        mix(upper, lower, rows.part[static_cast<size_t>(j)], shape_.width, y + c * shape_.plane() + j * shape_.width);
      }
    }
  }

 private:
  void stretch(const double* plane, int row, const Axis& columns, double* out) const {
    resample(plane + static_cast<int64_t>(row) * shape_.width, columns.near.data(), columns.far.data(),
             columns.part.data(), shape_.width, out);
  }

  Crop draw_crop(const Draw& draw) const {
    const double w = shape_.width, h = shape_.height;
    double u[4 * kAttempts];
    uniforms(draw, 0, 4 * kAttempts, u);
    for (const double* at = u; at < u + 4 * kAttempts; at += 4) {
      const double area = w * h * (scale_[0] + at[0] * (scale_[1] - scale_[0]));
      const double ratio = std::exp(log_ratio_[0] + at[1] * (log_ratio_[1] - log_ratio_[0]));
      const double width = round_half_up(std::sqrt(area * ratio)), height = round_half_up(std::sqrt(area / ratio));
      // What is not a number fails too, so that the conversions below are in range.
      if (!(width >= 1 && width <= w && height >= 1 && height <= h)) continue;
      return {static_cast<int>(at[3] * (w - width + 1)), static_cast<int>(at[2] * (h - height + 1)),
              static_cast<int>(width), static_cast<int>(height)};
    }
    return central_crop();
  }

  Crop central_crop() const {
    const double w = shape_.width, h = shape_.height;
    int width = shape_.width, height = shape_.height;
    if (w / h > ratio_[1]) width = static_cast<int>(std::max(1.0, round_half_up(h * ratio_[1])));
    if (w / h < ratio_[0]) height = static_cast<int>(std::max(1.0, round_half_up(w / ratio_[0])));
    return {(shape_.width - width) / 2, (shape_.height - height) / 2, width, height};
  }

  const double scale_[2], ratio_[2], log_ratio_[2];
};

}  // namespace

std::unique_ptr<Step> make_random_resized_crop(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<RandomResizedCrop>(shape, parameters);
}

}  // namespace eigenview
