#include "project.h"

#include "../linalg/dense.h"
#include "../team.h"

namespace eigenview {

Matrix project(const Matrix& x, const Matrix& encoder, int threads) {
  constexpr int kRows = 512;
  const int d = x.cols, k = encoder.rows;
  Matrix z(x.rows, k);
  for_each((x.rows + kRows - 1) / kRows, threads, [&](int64_t item) {
    const int from = static_cast<int>(item) * kRows;
    const int rows = std::min(kRows, x.rows - from);
    multiply(false, true, rows, k, d, 1, x.row(from), d, encoder.data.data(), d, 0, z.row(from), k);
  });
  return z;
}

}  // namespace eigenview
