// The inner kernel of the Gram matrix, one implementation per instruction set, chosen once at run time.
//
// A panel is 24 columns of up to kBlockRows rows, row after row: element (r, i) at panel[24 r + i], 64-byte aligned.
// The tile of two panels a and b is C(i, j) += Σ_r a(r, i) b(r, j), a 24×24 array with element (i, j) at c[24 j + i].
// Each call sums its rows from zero in order and then adds to C, so how blocks are dealt to threads changes no bit.
#pragma once

#include <cstdint>

namespace eigenview {

constexpr int64_t kPanel = 24;

// a, b: rows·24 doubles; c: 576 doubles; all 64-byte aligned.
using Tile = void (*)(const double* a, const double* b, int64_t rows, double* c);

void tile_plain(const double* a, const double* b, int64_t rows, double* c);
#if defined(__x86_64__)
void tile_avx2(const double* a, const double* b, int64_t rows, double* c);
void tile_avx512(const double* a, const double* b, int64_t rows, double* c);
#elif defined(__aarch64__)
void tile_neon(const double* a, const double* b, int64_t rows, double* c);
#endif

struct TileChoice {
  Tile run;
  const char* name;
};

// The best this processor runs; EIGENVIEW_KERNEL=plain|avx2|avx512|neon narrows the choice to one it has.
TileChoice choose_tile();

}  // namespace eigenview
