// The inner kernel for small whole numbers, such as pixels and one-hot targets: products of 16-bit integers summed in
// 32 bits, several times the speed of doubles. Both are exact on such data, so the choice changes no bit.
//
// A panel is 48 columns (two panels of tile.h) of pairs of rows: element (r, i) at panel[96 (r / 2) + 2 i + r % 2],
// 64-byte aligned. The tile of two panels is c(i, j) = Σ_r a(r, i) b(r, j), a 48×48 array with element (i, j) at
// c[48 j + i].
#pragma once

#include <cstdint>

#include "tile.h"

namespace eigenview {

constexpr int64_t kIntegerPanel = 2 * kPanel;

// 256 rows of squares of this stay below 2³¹.
constexpr int kLargestInteger = 2047;

// a, b: pairs·96 numbers; c: 2304 numbers; all 64-byte aligned. At most 128 pairs.
using IntegerTile = void (*)(const int16_t* a, const int16_t* b, int64_t pairs, int32_t* c);

#if defined(__x86_64__)
void integer_tile_avx2(const int16_t* a, const int16_t* b, int64_t pairs, int32_t* c);
void integer_tile_avx512(const int16_t* a, const int16_t* b, int64_t pairs, int32_t* c);
#endif

// null where integers would not be faster than doubles; EIGENVIEW_KERNEL narrows the choice as for choose_tile().
IntegerTile choose_integer_tile();

}  // namespace eigenview
