// Moving the pixels of an image.
#pragma once

#include <vector>

#include "filter.h"
#include "image.h"

namespace eigenview {

// The bilinear samples of filter.h at given places, for planes of one size.
class Warp {
 public:
  Warp(int width, int height, Border border);

  // Pixel i of the result is what lies at (x, y), in pixel indices.
  void set(int64_t i, double x, double y);
  void apply(const double* plane, double* out) const;

 private:
  struct Sample {
    int upper_left, upper_right, lower_left, lower_right;
    double right, down;
  };

  int64_t width_, height_;
  Border border_;
  std::vector<Sample> samples_;
};

}  // namespace eigenview
