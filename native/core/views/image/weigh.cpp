#include "weigh.h"

#include <cstring>

#include "../../clones.h"

namespace eigenview {
namespace {

typedef double Lanes __attribute__((vector_size(64)));
constexpr int64_t kLanes = 8;

// Sums of kCount·kLanes pixels stay in registers, which compilers do not manage with arrays.
template <int kCount>
EIGENVIEW_INLINE void weigh_block(const double* const* taps, const double* weights, int64_t count, int64_t x,
                                  double* out) {
  Lanes sum[kCount] = {};
  for (int64_t k = 0; k < count; k++) {
    for (int i = 0; i < kCount; i++) {
      Lanes tap;
      std::memcpy(&tap, taps[k] + x + i * kLanes, sizeof(tap));
      sum[i] += weights[k] * tap;
    }
  }
  std::memcpy(out + x, sum, sizeof(sum));
}

EIGENVIEW_CLONES void weigh_row(const double* const* taps, const double* weights, int64_t count, int64_t width,
                                double* out) {
  int64_t x = 0;
  for (; x + 4 * kLanes <= width; x += 4 * kLanes) weigh_block<4>(taps, weights, count, x, out);
  for (; x + kLanes <= width; x += kLanes) weigh_block<1>(taps, weights, count, x, out);
  for (; x < width; x++) {
    double sum = 0;
    for (int64_t k = 0; k < count; k++) sum += weights[k] * taps[k][x];
    out[x] = sum;
  }
}

}  // namespace

void weigh(const double* const* taps, const double* weights, int64_t count, int64_t width, double* out) {
  weigh_row(taps, weights, count, width, out);
}

}  // namespace eigenview
