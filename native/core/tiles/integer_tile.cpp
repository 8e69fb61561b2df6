#include "integer_tile.h"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace eigenview {

#if defined(__x86_64__)

// A pair of rows of one column of b, as it is multiplied with every column of a.
static inline int32_t pair_at(const int16_t* b) {
  int32_t both;
  std::memcpy(&both, b, sizeof both);
  return both;
}

// 48×8 accumulators: 3 vectors × 8 broadcasts, 24 fused operations of 32 multiply-adds for 11 loads.
__attribute__((target("avx512f,avx512vnni"))) void integer_tile_avx512(const int16_t* a, const int16_t* b,
                                                                       int64_t pairs, int32_t* c) {
  for (int64_t j0 = 0; j0 < kIntegerPanel; j0 += 8) {
    __m512i sum[8][3];
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) sum[j][i] = _mm512_setzero_si512();
    }
    const int16_t* pa = a;
    const int16_t* pb = b + 2 * j0;
    for (int64_t r = 0; r < pairs; r++, pa += 2 * kIntegerPanel, pb += 2 * kIntegerPanel) {
      const __m512i a0 = _mm512_load_si512(pa), a1 = _mm512_load_si512(pa + 32), a2 = _mm512_load_si512(pa + 64);
#pragma GCC unroll 8
      for (int j = 0; j < 8; j++) {
        const __m512i x = _mm512_set1_epi32(pair_at(pb + 2 * j));
        sum[j][0] = _mm512_dpwssd_epi32(sum[j][0], a0, x);
        sum[j][1] = _mm512_dpwssd_epi32(sum[j][1], a1, x);
        sum[j][2] = _mm512_dpwssd_epi32(sum[j][2], a2, x);
      }
    }
    for (int j = 0; j < 8; j++) {
      for (int i = 0; i < 3; i++) _mm512_store_si512(c + kIntegerPanel * (j0 + j) + 16 * i, sum[j][i]);
    }
  }
}

// 24×4 accumulators: 3 vectors × 4 broadcasts fill 12 of the 16 registers.
__attribute__((target("avx2"))) void integer_tile_avx2(const int16_t* a, const int16_t* b, int64_t pairs, int32_t* c) {
  for (int64_t i0 = 0; i0 < kIntegerPanel; i0 += 24) {
    for (int64_t j0 = 0; j0 < kIntegerPanel; j0 += 4) {
      __m256i sum[4][3];
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) sum[j][i] = _mm256_setzero_si256();
      }
      const int16_t* pa = a + 2 * i0;
      const int16_t* pb = b + 2 * j0;
      for (int64_t r = 0; r < pairs; r++, pa += 2 * kIntegerPanel, pb += 2 * kIntegerPanel) {
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
          const __m256i x = _mm256_set1_epi32(pair_at(pb + 2 * j));
#pragma GCC unroll 3
          for (int i = 0; i < 3; i++) {
            const __m256i columns = _mm256_load_si256(reinterpret_cast<const __m256i*>(pa + 16 * i));
            sum[j][i] = _mm256_add_epi32(sum[j][i], _mm256_madd_epi16(columns, x));
          }
        }
      }
      for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 3; i++) {
          _mm256_store_si256(reinterpret_cast<__m256i*>(c + kIntegerPanel * (j0 + j) + i0 + 8 * i), sum[j][i]);
        }
      }
    }
  }
}

#endif

IntegerTile choose_integer_tile() {
#if defined(__x86_64__)
  const char* name = choose_tile().name;
  if (std::strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512vnni")) return integer_tile_avx512;
  if (std::strcmp(name, "plain") != 0) return integer_tile_avx2;
#endif
  return nullptr;
}

}  // namespace eigenview
