#include "tile.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace eigenview {

// 24×8 accumulators: 3 vectors × 8 broadcasts fill 24 of the 32 registers, 24 fused operations for 11 loads.
__attribute__((target("avx512f"))) void tile_avx512(const double* a, const double* b, int64_t rows, double* c) {
  for (int64_t j0 = 0; j0 < kPanel; j0 += 8) {
    __m512d sum[8][3];
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) sum[j][i] = _mm512_setzero_pd();
    }
    const double* pa = a;
    const double* pb = b + j0;
    for (int64_t r = 0; r < rows; r++, pa += kPanel, pb += kPanel) {
      const __m512d a0 = _mm512_load_pd(pa), a1 = _mm512_load_pd(pa + 8), a2 = _mm512_load_pd(pa + 16);
#pragma GCC unroll 8
      for (int j = 0; j < 8; j++) {
        const __m512d x = _mm512_set1_pd(pb[j]);
        sum[j][0] = _mm512_fmadd_pd(a0, x, sum[j][0]);
        sum[j][1] = _mm512_fmadd_pd(a1, x, sum[j][1]);
        sum[j][2] = _mm512_fmadd_pd(a2, x, sum[j][2]);
      }
    }
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) {
        double* out = c + kPanel * (j0 + j) + 8 * i;
        _mm512_store_pd(out, _mm512_add_pd(_mm512_load_pd(out), sum[j][i]));
      }
    }
  }
}

// 12×4 accumulators: 3 vectors × 4 broadcasts fill 12 of the 16 registers.
__attribute__((target("avx2,fma"))) void tile_avx2(const double* a, const double* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kPanel; i0 += 12) {
    for (int64_t j0 = 0; j0 < kPanel; j0 += 4) {
      __m256d sum[4][3];
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) sum[j][i] = _mm256_setzero_pd();
      }
      const double* pa = a + i0;
      const double* pb = b + j0;
      for (int64_t r = 0; r < rows; r++, pa += kPanel, pb += kPanel) {
        const __m256d a0 = _mm256_load_pd(pa), a1 = _mm256_load_pd(pa + 4), a2 = _mm256_load_pd(pa + 8);
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
          const __m256d x = _mm256_broadcast_sd(pb + j);
          sum[j][0] = _mm256_fmadd_pd(a0, x, sum[j][0]);
          sum[j][1] = _mm256_fmadd_pd(a1, x, sum[j][1]);
          sum[j][2] = _mm256_fmadd_pd(a2, x, sum[j][2]);
        }
      }
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) {
          double* out = c + kPanel * (j0 + j) + i0 + 4 * i;
          _mm256_store_pd(out, _mm256_add_pd(_mm256_load_pd(out), sum[j][i]));
        }
      }
    }
  }
}

}  // namespace eigenview
#endif
