#include "method.h"

#include <cmath>

#include "../linalg/dense.h"

namespace eigenview::dynamics {
namespace {

EIGENVIEW_CLONES double sum_of_squares(const double* x, int64_t n) { return dot(x, x, n); }

}  // namespace

double root_mean_square(const double* x, int64_t n) {
  const double squares = sum_of_squares(x, n), count = static_cast<double>(n);
  return squares > 1e-280 && squares < 1e300 ? std::sqrt(squares / count) : norm(x, n) / std::sqrt(count);
}

}  // namespace eigenview::dynamics
