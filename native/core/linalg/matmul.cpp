#include "decompose.h"
#include "dense.h"

namespace eigenview {

Matrix matmul(const Matrix& a, const Matrix& b, bool transpose_a, bool transpose_b) {
  const int m = transpose_a ? a.cols : a.rows;
  const int inner = transpose_a ? a.rows : a.cols;
  const int n = transpose_b ? b.rows : b.cols;
  Matrix c(m, n);
  multiply(transpose_a, transpose_b, m, n, inner, 1, a.data.data(), a.cols, b.data.data(), b.cols, 0, c.data.data(), n);
  check_range(c.data.data(), c.size());
  return c;
}

}  // namespace eigenview
