// The inner kernel in single precision, at twice the speed of doubles: for drawn views, whose moments carry a sampling error
// of 1/√(number of views), far above the 6e-8 of a float. At most 256 rows are summed in floats, and such sums in doubles.
//
// A panel is 48 columns, row after row: element (r, i) at panel[48 r + i], 64-byte aligned. The tile of two panels a and b
// is C(i, j) += Σ_r a(r, i) b(r, j), a 48×48 array of doubles with element (i, j) at c[48 j + i].
#pragma once

#include <cstdint>

namespace eigenview {

constexpr int64_t kSinglePanel = 48;

// a, b: rows·48 floats; c: 2304 doubles; all 64-byte aligned.
using SingleTile = void (*)(const float* a, const float* b, int64_t rows, double* c);

void single_tile_plain(const float* a, const float* b, int64_t rows, double* c);
#if defined(__x86_64__)
void single_tile_avx2(const float* a, const float* b, int64_t rows, double* c);
void single_tile_avx512(const float* a, const float* b, int64_t rows, double* c);
#elif defined(__aarch64__)
void single_tile_neon(const float* a, const float* b, int64_t rows, double* c);
#endif

// The best this processor runs; EIGENVIEW_KERNEL narrows the choice as for choose_tile().
SingleTile choose_single_tile();

}  // namespace eigenview
