// What it does stands in src/backends/js/views/image/defocus-blur.ts.
//
// A disk is a run of pixels in each of its columns, and a run a difference of two running sums down the column; the Gaussian
// that smooths the disk is separable, and commutes with it across mirrored borders.
#include <algorithm>
#include <cmath>

#include "../../buffer.h"
#include "clip.h"
#include "corruptions.h"
#include "filter.h"
#include "weigh.h"

namespace eigenview {
namespace {

EIGENVIEW_CLONES void add(const double* a, const double* b, int64_t n, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

EIGENVIEW_CLONES void clip_all(double white, int64_t n, double* x) {
  for (int64_t i = 0; i < n; i++) x[i] = clip(x[i], white);
}

class DefocusBlur : public ImageStep {
 public:
  DefocusBlur(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape), smoothing_(gaussian_kernel(parameters[1], parameters[0] <= 8 ? 1 : 2)) {
    const double radius = parameters[0];
    reach_ = static_cast<int64_t>(radius);
    double total = 0;
    for (int64_t dx = -reach_; dx <= reach_; dx++) {
      int64_t dy = 0;
      while (static_cast<double>(dx * dx + (dy + 1) * (dy + 1)) <= radius * radius) dy++;
      heights_.push_back(dy);
      total += static_cast<double>(2 * dy + 1);
    }
    for (size_t k = 0; k < heights_.size(); k++) {
      weights_.push_back(1 / total);
      weights_.push_back(-1 / total);
    }
  }

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    Buffer disk(shape_.plane());
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) {
      if (reach_ > 0) apply_disk(x + start, disk.data());
      convolve(reach_ > 0 ? disk.data() : x + start, shape_.width, shape_.height, smoothing_, Border::mirror, y + start);
    }
    clip_all(shape_.white, shape_.size(), y);
  }

 private:
  void apply_disk(const double* plane, double* out) const {
    const int64_t width = shape_.width, padded = width + 2 * reach_, rows = shape_.height + 2 * reach_;
    // Row j: the sum of the rows before j, row 0 being the one `reach` above the image.
    Buffer sums = Buffer::zeros((rows + 1) * padded), row(padded);
    for (int64_t j = 0; j < rows; j++) {
      pad(plane + fold(j - reach_, shape_.height, Border::mirror) * width, row.data());
      add(sums.data() + j * padded, row.data(), padded, sums.data() + (j + 1) * padded);
    }
    std::vector<const double*> taps(weights_.size());
    for (int64_t j = 0; j < shape_.height; j++) {
      for (int64_t dx = 0; dx <= 2 * reach_; dx++) {
        const int64_t dy = heights_[static_cast<size_t>(dx)];
        taps[static_cast<size_t>(2 * dx)] = sums.data() + (j + reach_ + dy + 1) * padded + dx;
        taps[static_cast<size_t>(2 * dx + 1)] = sums.data() + (j + reach_ - dy) * padded + dx;
      }
      weigh(taps.data(), weights_.data(), static_cast<int64_t>(taps.size()), width, out + j * width);
    }
  }

  void pad(const double* row, double* padded) const {
    for (int64_t k = 0; k < reach_; k++) {
      padded[k] = row[fold(k - reach_, shape_.width, Border::mirror)];
      padded[reach_ + shape_.width + k] = row[fold(shape_.width + k, shape_.width, Border::mirror)];
    }
    std::copy_n(row, shape_.width, padded + reach_);
  }

  int64_t reach_;
  std::vector<int64_t> heights_;  // of column dx: from −height to height
  std::vector<double> weights_;   // of the sums at the lower and the upper end of each column
  const std::vector<double> smoothing_;
};

}  // namespace

std::unique_ptr<Step> make_defocus_blur(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<DefocusBlur>(shape, parameters);
}

}  // namespace eigenview
