// What it does stands in src/backends/js/views/image/zoom-blur.ts.
#include <algorithm>
#include <cmath>

#include "clip.h"
#include "corruptions.h"

namespace eigenview {
namespace {

// Where among n pixels those of a zoom are: pixel i at place[i] + part[i].
struct Positions {
  std::vector<int> place;
  std::vector<double> part;
  bool identity = true;

  Positions(int64_t n, double factor) {
    const double cropped = std::ceil(static_cast<double>(n) / factor), size = std::nearbyint(cropped * factor);
    const double start = std::floor((static_cast<double>(n) - cropped) / 2);
    const double trimmed = std::floor((size - static_cast<double>(n)) / 2);
    for (int64_t i = 0; i < n; i++) {
      const double along = (static_cast<double>(i) + trimmed) * (cropped - 1);
      const double position = start + (size > 1 ? along / (size - 1) : 0);
      place.push_back(static_cast<int>(position));
      part.push_back(position - place.back());
      identity = identity && position == static_cast<double>(i);
    }
  }
};

struct Zoom {
  Positions columns, rows;
};

EIGENVIEW_CLONES void blend(const double* a, const double* b, double part, int64_t n, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) out[i] = a[i] + part * (b[i] - a[i]);
}

class ZoomBlur : public ImageStep {
 public:
  ZoomBlur(const ImageShape& shape, const std::vector<double>& factors) : ImageStep(shape) {
    for (const double factor : factors) {
      Zoom zoom{{shape.width, factor}, {shape.height, factor}};
      if (zoom.columns.identity && zoom.rows.identity) {
        unzoomed_++;
      } else {
        zooms_.push_back(std::move(zoom));
      }
    }
  }

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override {
    const int64_t width = shape_.width;
    const double count = unzoomed_ + static_cast<double>(zooms_.size());
    // One more than a row: the neighbour of its last pixel, which gets no weight.
    std::vector<double> row(static_cast<size_t>(width) + 1);
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) {
      for (int64_t i = 0; i < shape_.height; i++) {
        double* out = y + start + i * width;
        for (int64_t j = 0; j < width; j++) out[j] = unzoomed_ * x[start + i * width + j];
        for (const Zoom& zoom : zooms_) add_row(x + start, zoom, i, row, out);
        for (int64_t j = 0; j < width; j++) out[j] = clip(out[j] / count, shape_.white);
      }
    }
  }

 private:
  void add_row(const double* plane, const Zoom& zoom, int64_t i, std::vector<double>& row, double* out) const {
    const int64_t width = shape_.width, above = zoom.rows.place[static_cast<size_t>(i)];
    const int64_t below = std::min<int64_t>(above + 1, shape_.height - 1);
    blend(plane + above * width, plane + below * width, zoom.rows.part[static_cast<size_t>(i)], width, row.data());
    row[static_cast<size_t>(width)] = row[static_cast<size_t>(width) - 1];
    const double *part = zoom.columns.part.data(), *from = row.data();
    const int* place = zoom.columns.place.data();
    for (int64_t j = 0; j < width; j++) {
      const double* at = from + place[j];
      out[j] += at[0] + part[j] * (at[1] - at[0]);
    }
  }

  double unzoomed_ = 1;
  std::vector<Zoom> zooms_;
};

}  // namespace

std::unique_ptr<Step> make_zoom_blur(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<ZoomBlur>(shape, parameters);
}

}  // namespace eigenview
