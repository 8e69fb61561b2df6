// What it does stands in src/backends/js/views/image/pixelate.ts.
#include <algorithm>

#include "clip.h"
#include "corruptions.h"

namespace eigenview {
namespace {

// Of n pixels and m cells: cell o has the pixels [begins[o], begins[o + 1]); pixel i shows cell shown[i].
struct Cells {
  std::vector<int> begins, shown;

  Cells(int64_t n, int64_t m) {
    for (int64_t i = 0, o = 0; i < n; i++) {
      // Its centre lies beyond where cell o − 1 ends: (i + ½) > o n/m. Cells are at least a pixel wide, so one suffices.
      if ((2 * i + 1) * m > 2 * o * n) {
        begins.push_back(static_cast<int>(i));
        o++;
      }
      shown.push_back(static_cast<int>((2 * i + 1) * m / (2 * n)));
    }
    begins.push_back(static_cast<int>(n));
  }
  int64_t count() const { return static_cast<int64_t>(begins.size()) - 1; }
};

class Pixelate : public ImageStep {
 public:
  Pixelate(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape),
        columns_(shape.width, static_cast<int64_t>(parameters[0])),
        rows_(shape.height, static_cast<int64_t>(parameters[1])) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    const int64_t width = shape_.width;
    std::vector<double> sums(static_cast<size_t>(width)), means(static_cast<size_t>(rows_.count() * columns_.count()));
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) {
      for (int64_t o = 0; o < rows_.count(); o++) shrink_row(x + start, o, sums, means.data() + o * columns_.count());
      for (int64_t row = 0; row < shape_.height; row++) {
        const double* small = means.data() + rows_.shown[static_cast<size_t>(row)] * columns_.count();
        double* out = y + start + row * width;
        for (int64_t i = 0; i < width; i++) out[i] = small[columns_.shown[static_cast<size_t>(i)]];
      }
    }
  }

 private:
  void shrink_row(const double* plane, int64_t o, std::vector<double>& sums, double* out) const {
    const int64_t width = shape_.width;
    const int first = rows_.begins[static_cast<size_t>(o)], end = rows_.begins[static_cast<size_t>(o) + 1];
    std::fill(sums.begin(), sums.end(), 0.0);
    for (int64_t row = first; row < end; row++) {
      for (int64_t i = 0; i < width; i++) sums[static_cast<size_t>(i)] += plane[row * width + i];
    }
    for (int64_t p = 0; p < columns_.count(); p++) {
      const int left = columns_.begins[static_cast<size_t>(p)], right = columns_.begins[static_cast<size_t>(p) + 1];
      double sum = 0;
      for (int i = left; i < right; i++) sum += sums[static_cast<size_t>(i)];
      out[p] = clip(sum / (static_cast<double>(end - first) * (right - left)), shape_.white);
    }
  }

  const Cells columns_, rows_;
};

}  // namespace

std::unique_ptr<Step> make_pixelate(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Pixelate>(shape, parameters);
}

}  // namespace eigenview
