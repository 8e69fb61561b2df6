#include "differences.h"

#include <algorithm>

#include "../clones.h"
#include "../team.h"

namespace eigenview {
namespace {

// Rows of the result that are summed together: each pass over the vectors serves all of them.
constexpr int64_t kRows = 32;

// Columns at a time: sums of so many stay in a first-level cache.
constexpr int64_t kColumns = 256;

// out[b] += (Σ_j c_j u_j[b])², b < columns; u_j = vectors + j·stride.
EIGENVIEW_CLONES void add_squares(const float* vectors, int64_t stride, const double* c, int64_t count, int64_t columns,
                                  double* out) {
  double sum[kColumns] = {};
  for (int64_t j = 0; j < count; j++) {
    for (int64_t b = 0; b < columns; b++) sum[b] += c[j] * static_cast<double>(vectors[j * stride + b]);
  }
  for (int64_t b = 0; b < columns; b++) out[b] += sum[b] * sum[b];
}

}  // namespace

// By symmetry columns from a on suffice for row a; whole stretches of columns are computed.
Matrix squared_differences(const float* vectors, int64_t samples, int d, const std::vector<double>& weights,
                           int threads) {
  Matrix result = Matrix::zeros(d, d);
  const int64_t each = static_cast<int64_t>(weights.size());
  for_each((d + kRows - 1) / kRows, threads, [&](int64_t item) {
    const int64_t top = item * kRows, bottom = std::min<int64_t>(d, top + kRows);
    std::vector<double> c(weights.size());
    for (int64_t sample = 0; sample < samples; sample++) {
      const float* own = vectors + sample * each * d;
      for (int64_t a = top; a < bottom; a++) {
        for (int64_t j = 0; j < each; j++) {
          c[static_cast<size_t>(j)] = weights[static_cast<size_t>(j)] * static_cast<double>(own[j * d + a]);
        }
        for (int64_t left = top; left < d; left += kColumns) {
          add_squares(own + left, d, c.data(), each, std::min(kColumns, d - left), result.row(a) + left);
        }
      }
    }
  });
  for (int64_t a = 0; a < d; a++) {
    for (int64_t b = 0; b < a; b++) result(a, b) = result(b, a);
  }
  return result;
}

}  // namespace eigenview
