#include "single_tile.h"

#include <cstring>

#include "tile.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace eigenview {

// 4×4 accumulators at a time: what compilers keep in registers on any machine.
void single_tile_plain(const float* a, const float* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kSinglePanel; i0 += 4) {
    for (int64_t j0 = 0; j0 < kSinglePanel; j0 += 4) {
      float sum[4][4] = {};
      for (int64_t r = 0; r < rows; r++) {
        for (int64_t j = 0; j < 4; j++) {
          for (int64_t i = 0; i < 4; i++) sum[j][i] += a[kSinglePanel * r + i0 + i] * b[kSinglePanel * r + j0 + j];
        }
      }
      for (int64_t j = 0; j < 4; j++) {
        for (int64_t i = 0; i < 4; i++) c[kSinglePanel * (j0 + j) + i0 + i] += static_cast<double>(sum[j][i]);
      }
    }
  }
}

#if defined(__x86_64__)

namespace {

// By way of memory: GCC 12 warns of its own conversion of halves.
__attribute__((target("avx512f"))) inline void add_to(double* out, __m512 sum) {
  alignas(64) float part[16];
  _mm512_store_ps(part, sum);
  for (int i = 0; i < 16; i++) out[i] += static_cast<double>(part[i]);
}

__attribute__((target("avx2,fma"))) inline void add_to(double* out, __m256 sum) {
  alignas(32) float part[8];
  _mm256_store_ps(part, sum);
  for (int i = 0; i < 8; i++) out[i] += static_cast<double>(part[i]);
}

}  // namespace

// 48×8 accumulators: 3 vectors × 8 broadcasts, as the tile of doubles.
__attribute__((target("avx512f"))) void single_tile_avx512(const float* a, const float* b, int64_t rows, double* c) {
  for (int64_t j0 = 0; j0 < kSinglePanel; j0 += 8) {
    __m512 sum[8][3];
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) sum[j][i] = _mm512_setzero_ps();
    }
    const float* pa = a;
    const float* pb = b + j0;
    for (int64_t r = 0; r < rows; r++, pa += kSinglePanel, pb += kSinglePanel) {
      const __m512 a0 = _mm512_load_ps(pa), a1 = _mm512_load_ps(pa + 16), a2 = _mm512_load_ps(pa + 32);
#pragma GCC unroll 8
      for (int j = 0; j < 8; j++) {
        const __m512 x = _mm512_set1_ps(pb[j]);
        sum[j][0] = _mm512_fmadd_ps(a0, x, sum[j][0]);
        sum[j][1] = _mm512_fmadd_ps(a1, x, sum[j][1]);
        sum[j][2] = _mm512_fmadd_ps(a2, x, sum[j][2]);
      }
    }
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) add_to(c + kSinglePanel * (j0 + j) + 16 * i, sum[j][i]);
    }
  }
}

// 24×4 accumulators: 3 vectors × 4 broadcasts.
__attribute__((target("avx2,fma"))) void single_tile_avx2(const float* a, const float* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kSinglePanel; i0 += 24) {
    for (int64_t j0 = 0; j0 < kSinglePanel; j0 += 4) {
      __m256 sum[4][3];
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) sum[j][i] = _mm256_setzero_ps();
      }
      const float* pa = a + i0;
      const float* pb = b + j0;
      for (int64_t r = 0; r < rows; r++, pa += kSinglePanel, pb += kSinglePanel) {
        const __m256 a0 = _mm256_load_ps(pa), a1 = _mm256_load_ps(pa + 8), a2 = _mm256_load_ps(pa + 16);
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
          const __m256 x = _mm256_broadcast_ss(pb + j);
          sum[j][0] = _mm256_fmadd_ps(a0, x, sum[j][0]);
          sum[j][1] = _mm256_fmadd_ps(a1, x, sum[j][1]);
          sum[j][2] = _mm256_fmadd_ps(a2, x, sum[j][2]);
        }
      }
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) add_to(c + kSinglePanel * (j0 + j) + i0 + 8 * i, sum[j][i]);
      }
    }
  }
}

#elif defined(__aarch64__)

// 16×6 accumulators: 4 vectors × 6 broadcasts, as the tile of doubles.
void single_tile_neon(const float* a, const float* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kSinglePanel; i0 += 16) {
    for (int64_t j0 = 0; j0 < kSinglePanel; j0 += 6) {
      float32x4_t sum[6][4];
      for (int j = 0; j < 6; j++) {
        for (int i = 0; i < 4; i++) sum[j][i] = vdupq_n_f32(0);
      }
      const float* pa = a + i0;
      const float* pb = b + j0;
      for (int64_t r = 0; r < rows; r++, pa += kSinglePanel, pb += kSinglePanel) {
        const float32x4_t a0 = vld1q_f32(pa), a1 = vld1q_f32(pa + 4), a2 = vld1q_f32(pa + 8), a3 = vld1q_f32(pa + 12);
#pragma GCC unroll 6
        for (int j = 0; j < 6; j++) {
          const float32x4_t x = vdupq_n_f32(pb[j]);
          sum[j][0] = vfmaq_f32(sum[j][0], a0, x);
          sum[j][1] = vfmaq_f32(sum[j][1], a1, x);
          sum[j][2] = vfmaq_f32(sum[j][2], a2, x);
          sum[j][3] = vfmaq_f32(sum[j][3], a3, x);
        }
      }
      for (int j = 0; j < 6; j++) {
        for (int i = 0; i < 4; i++) {
          double* out = c + kSinglePanel * (j0 + j) + i0 + 4 * i;
          vst1q_f64(out, vaddq_f64(vld1q_f64(out), vcvt_f64_f32(vget_low_f32(sum[j][i]))));
          vst1q_f64(out + 2, vaddq_f64(vld1q_f64(out + 2), vcvt_high_f64_f32(sum[j][i])));
        }
      }
    }
  }
}

#endif

SingleTile choose_single_tile() {
  const char* name = choose_tile().name;
#if defined(__x86_64__)
  if (std::strcmp(name, "avx512") == 0) return single_tile_avx512;
  if (std::strcmp(name, "avx2") == 0) return single_tile_avx2;
#elif defined(__aarch64__)
  if (std::strcmp(name, "neon") == 0) return single_tile_neon;
#endif
  return single_tile_plain;
}

}  // namespace eigenview
