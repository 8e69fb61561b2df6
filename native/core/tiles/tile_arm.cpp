#include "tile.h"

#if defined(__aarch64__)
#include <arm_neon.h>

namespace eigenview {

// 8×6 accumulators: 4 vectors × 6 broadcasts fill 24 of the 32 registers.
void tile_neon(const double* a, const double* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kPanel; i0 += 8) {
    for (int64_t j0 = 0; j0 < kPanel; j0 += 6) {
      float64x2_t sum[6][4];
      for (int j = 0; j < 6; j++) {
        for (int i = 0; i < 4; i++) sum[j][i] = vdupq_n_f64(0);
      }
      const double* pa = a + i0;
      const double* pb = b + j0;
      for (int64_t r = 0; r < rows; r++, pa += kPanel, pb += kPanel) {
        const float64x2_t a0 = vld1q_f64(pa), a1 = vld1q_f64(pa + 2), a2 = vld1q_f64(pa + 4), a3 = vld1q_f64(pa + 6);
#pragma GCC unroll 6
        for (int j = 0; j < 6; j++) {
          const float64x2_t x = vdupq_n_f64(pb[j]);
          sum[j][0] = vfmaq_f64(sum[j][0], a0, x);
          sum[j][1] = vfmaq_f64(sum[j][1], a1, x);
          sum[j][2] = vfmaq_f64(sum[j][2], a2, x);
          sum[j][3] = vfmaq_f64(sum[j][3], a3, x);
        }
      }
      for (int j = 0; j < 6; j++) {
        for (int i = 0; i < 4; i++) {
          double* out = c + kPanel * (j0 + j) + i0 + 2 * i;
          vst1q_f64(out, vaddq_f64(vld1q_f64(out), sum[j][i]));
        }
      }
    }
  }
}

}  // namespace eigenview
#endif
