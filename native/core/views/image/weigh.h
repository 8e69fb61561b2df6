#pragma once

#include <cstdint>

namespace eigenview {

// out[x] = Σ_k weights[k] taps[k][x], x < width. out does not overlap a tap.
void weigh(const double* const* taps, const double* weights, int64_t count, int64_t width, double* out);

}  // namespace eigenview
