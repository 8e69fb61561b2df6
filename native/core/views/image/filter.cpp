#include "filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weigh.h"

namespace eigenview {
namespace {

// row of `width` numbers, `radius` more before and behind.
void pad(const double* row, int64_t width, int64_t radius, Border border, double* padded) {
  for (int64_t k = 0; k < radius; k++) {
    padded[k] = row[fold(k - radius, width, border)];
    padded[radius + width + k] = row[fold(width + k, width, border)];
  }
  std::copy_n(row, width, padded + radius);
}

}  // namespace

int64_t fold(int64_t i, int64_t n, Border border) {
  if (i >= 0 && i < n) return i;
  if (border == Border::nearest || n == 1) return i < 0 ? 0 : n - 1;
  const int64_t period = border == Border::mirror ? 2 * n - 2 : 2 * n;
  const int64_t rest = i % period, j = rest < 0 ? rest + period : rest;
  return j < n ? j : (border == Border::mirror ? period : period - 1) - j;
}

std::vector<double> gaussian_kernel(double sigma, int radius) {
  std::vector<double> weights(2 * static_cast<size_t>(radius) + 1);
  double sum = 0;
  for (int k = -radius; k <= radius; k++) {
    const double distance = k == 0 ? 0 : k / sigma;
    const double weight = std::exp(-0.5 * distance * distance);
    weights[static_cast<size_t>(k + radius)] = weight;
    sum += weight;
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

void convolve(const double* plane, int width, int height, const std::vector<double>& kernel, Border border,
              double* out) {
  const int64_t count = static_cast<int64_t>(kernel.size()), radius = count / 2;
  std::vector<double> padded(static_cast<size_t>(width + 2 * radius));
  std::vector<double> along_rows(static_cast<size_t>(int64_t{width} * height));
  std::vector<const double*> shifts(kernel.size());
  for (int64_t k = 0; k < count; k++) shifts[static_cast<size_t>(k)] = padded.data() + k;
  for (int64_t y = 0; y < height; y++) {
    pad(plane + y * width, width, radius, border, padded.data());
    weigh(shifts.data(), kernel.data(), count, width, along_rows.data() + y * width);
  }
  // Rows −radius … height + radius − 1; those that row y needs start at its own.
  std::vector<const double*> rows(static_cast<size_t>(height + 2 * radius));
  for (size_t k = 0; k < rows.size(); k++) {
    rows[k] = along_rows.data() + fold(static_cast<int64_t>(k) - radius, height, border) * width;
  }
  for (int64_t y = 0; y < height; y++) weigh(rows.data() + y, kernel.data(), count, width, out + y * width);
}

double bilinear(const double* plane, int width, int height, double x, double y, Border border) {
  constexpr double limit = 4503599627370496.0;  // 2⁵²: beyond it pixel indices have no fractions
  if (!(std::fabs(x) < limit && std::fabs(y) < limit)) return std::numeric_limits<double>::quiet_NaN();
  const double left = std::floor(x), top = std::floor(y);
  const double dx = x - left, dy = y - top;
  const int64_t i = static_cast<int64_t>(left), j = static_cast<int64_t>(top);
  const int64_t x0 = fold(i, width, border), x1 = fold(i + 1, width, border);
  const double* row0 = plane + fold(j, height, border) * width;
  const double* row1 = plane + fold(j + 1, height, border) * width;
  const double upper = row0[x0] + dx * (row0[x1] - row0[x0]);
  const double lower = row1[x0] + dx * (row1[x1] - row1[x0]);
  return upper + dy * (lower - upper);
}

}  // namespace eigenview
