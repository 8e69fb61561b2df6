// What it does stands in src/backends/js/views/image/elastic.ts.
#include <algorithm>
#include <cmath>

#include "../../buffer.h"
#include "clip.h"
#include "corruptions.h"
#include "filter.h"
#include "warp.h"
#include "weigh.h"

namespace eigenview {
namespace {

constexpr int64_t kDisplacements = 8;  // the first uniform of the displacements

// Convolution of n values with a kernel across symmetric borders, as n×n weights. They are symmetric: i takes from j through
// distances i − j and i + j + 1, modulo 2n.
Buffer symmetric_weights(int64_t n, const std::vector<double>& kernel) {
  const int64_t radius = static_cast<int64_t>(kernel.size()) / 2;
  Buffer weights = Buffer::zeros(n * n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t k = -radius; k <= radius; k++) {
      weights[i * n + fold(i + k, n, Border::symmetric)] += kernel[static_cast<size_t>(k + radius)];
    }
  }
  return weights;
}

std::vector<const double*> rows_of(const double* plane, int64_t width, int64_t height) {
  std::vector<const double*> rows;
  for (int64_t j = 0; j < height; j++) rows.push_back(plane + j * width);
  return rows;
}

// Smooths planes across symmetric borders.
class Smoothing {
 public:
  Smoothing(int width, int height, double sigma)
      : width_(width), height_(height), kernel_(gaussian_kernel(sigma, static_cast<int>(3 * sigma + 0.5))) {
    // A kernel longer than a side comes to the same pixels again and again.
    if (static_cast<int>(kernel_.size()) <= std::min(width, height)) return;
    columns_ = symmetric_weights(width, kernel_);
    rows_ = symmetric_weights(height, kernel_);
  }

  void apply(const double* plane, double* out) const {
    if (columns_.size() == 0) {
      convolve(plane, width_, height_, kernel_, Border::symmetric, out);
      return;
    }
    const int64_t width = width_, height = height_;
    Buffer along_rows(width * height);
    const std::vector<const double*> columns = rows_of(columns_.data(), width, width);
    for (int64_t j = 0; j < height; j++) {
      weigh(columns.data(), plane + j * width, width, width, along_rows.data() + j * width);
    }
    const std::vector<const double*> rows = rows_of(along_rows.data(), width, height);
    for (int64_t j = 0; j < height; j++) weigh(rows.data(), rows_.data() + j * height, height, width, out + j * width);
  }

 private:
  const int width_, height_;
  const std::vector<double> kernel_;
  Buffer columns_, rows_;
};

class Elastic : public ImageStep {
 public:
  Elastic(const ImageShape& shape, const std::vector<double>& parameters)
      : ImageStep(shape),
        alpha_(parameters[0]),
        shift_(parameters[2]),
        smoothing_(shape.width, shape.height, parameters[1]) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    Warp affine(shape_.width, shape_.height, Border::mirror);
    set_affine(draw, affine);
    if (alpha_ == 0) {
      for_planes([&](int64_t start) { affine.apply(x + start, y + start); });
    } else {
      Warp displacement(shape_.width, shape_.height, Border::symmetric);
      set_displacement(draw, displacement);
      Buffer moved(shape_.plane());
      for_planes([&](int64_t start) {
        affine.apply(x + start, moved.data());
        displacement.apply(moved.data(), y + start);
      });
    }
    for (int64_t i = 0; i < shape_.size(); i++) y[i] = clip(y[i], shape_.white);
  }

 private:
  template <class Apply>
  void for_planes(const Apply& apply) const {
    for (int64_t start = 0; start < shape_.size(); start += shape_.plane()) apply(start);
  }

  double moved(const Draw& draw, int64_t i, double from) const { return from + shift_ * (2 * uniform(draw, i) - 1); }

  void set_affine(const Draw& draw, Warp& warp) const {
    const double s = std::min(shape_.width, shape_.height) / 3;
    const double right = shape_.width / 2 + s, top = shape_.height / 2 - s;
    const double corner_x = moved(draw, 2, right), corner_y = moved(draw, 3, top);
    const double down_x = moved(draw, 0, right) - corner_x, down_y = moved(draw, 1, top + 2 * s) - corner_y;
    const double back_x = moved(draw, 4, right - 2 * s) - corner_x, back_y = moved(draw, 5, top) - corner_y;
    const double area = down_x * back_y - down_y * back_x;
    const bool still = s == 0 || area == 0;
    for (int64_t j = 0, i = 0; j < shape_.height; j++) {
      for (int64_t k = 0; k < shape_.width; k++, i++) {
        const double x = static_cast<double>(k), y = static_cast<double>(j), dx = x - corner_x, dy = y - corner_y;
        const double u = (dx * back_y - dy * back_x) / area, v = (down_x * dy - down_y * dx) / area;
        warp.set(i, still ? x : right - 2 * s * v, still ? y : top + 2 * s * u);
      }
    }
  }

  void set_displacement(const Draw& draw, Warp& warp) const {
    const int64_t plane = shape_.plane();
    Buffer u(plane), dx(plane), dy(plane);
    for (Buffer* field : {&dx, &dy}) {
      uniforms(draw, kDisplacements + (field == &dx ? 0 : (plane + 3) / 4 * 4), plane, u.data());
      for (int64_t i = 0; i < plane; i++) u[i] = 2 * u[i] - 1;
      smoothing_.apply(u.data(), field->data());
    }
    for (int64_t j = 0, i = 0; j < shape_.height; j++) {
      for (int64_t k = 0; k < shape_.width; k++, i++) {
        warp.set(i, static_cast<double>(k) + alpha_ * dx[i], static_cast<double>(j) + alpha_ * dy[i]);
      }
    }
  }

  const double alpha_, shift_;
  const Smoothing smoothing_;
};

}  // namespace

std::unique_ptr<Step> make_elastic(const ImageShape& shape, const std::vector<double>& parameters) {
  return std::make_unique<Elastic>(shape, parameters);
}

}  // namespace eigenview
