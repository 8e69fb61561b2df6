// Filters of one plane of an image. Pixel indices beyond a border are folded back into the plane.
#pragma once

#include <cstdint>
#include <vector>

namespace eigenview {

enum class Border {
  mirror,     // d c b | a b c d | c b a
  symmetric,  // c b a | a b c d | d c b
  nearest,    // a a a | a b c d | d d d
};

// The index in [0, n) that index i stands for; n ≥ 1.
int64_t fold(int64_t i, int64_t n, Border border);

// 2·radius + 1 weights proportional to exp(−k²/2σ²), k = −radius … radius, which sum to 1; sigma 0: a unit impulse.
std::vector<double> gaussian_kernel(double sigma, int radius);

// out(x, y) = Σᵢⱼ kernel[i] kernel[j] plane(x + i − r, y + j − r) for a kernel of 2r + 1 weights: along the rows, then
// along the columns. out: height×width, does not overlap plane.
void convolve(const double* plane, int width, int height, const std::vector<double>& kernel, Border border,
              double* out);

// The plane at (x, y) in pixel indices: the centre of pixel i is at i. NaN where x or y is not below 2⁵² in size.
double bilinear(const double* plane, int width, int height, double x, double y, Border border);

}  // namespace eigenview
