#include "tile.h"

#include <cstdlib>
#include <cstring>

namespace eigenview {

// 4×4 accumulators at a time: what compilers keep in registers on any machine.
void tile_plain(const double* a, const double* b, int64_t rows, double* c) {
  for (int64_t i0 = 0; i0 < kPanel; i0 += 4) {
    for (int64_t j0 = 0; j0 < kPanel; j0 += 4) {
      double sum[4][4] = {};
      for (int64_t r = 0; r < rows; r++) {
        for (int64_t j = 0; j < 4; j++) {
          for (int64_t i = 0; i < 4; i++) sum[j][i] += a[kPanel * r + i0 + i] * b[kPanel * r + j0 + j];
        }
      }
      for (int64_t j = 0; j < 4; j++) {
        for (int64_t i = 0; i < 4; i++) c[kPanel * (j0 + j) + i0 + i] += sum[j][i];
      }
    }
  }
}

TileChoice choose_tile() {
  const char* wanted = std::getenv("EIGENVIEW_KERNEL");
  const auto allowed = [wanted](const char* name) { return wanted == nullptr || std::strcmp(wanted, name) == 0; };
#if defined(__x86_64__)
  if (allowed("avx512") && __builtin_cpu_supports("avx512f")) return {tile_avx512, "avx512"};
  if (allowed("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {tile_avx2, "avx2"};
#elif defined(__aarch64__)
  if (allowed("neon")) return {tile_neon, "neon"};
#endif
  return {tile_plain, "plain"};
}

}  // namespace eigenview
