// The pairwise potential behind uniformity (Wang & Isola, ICML 2020, section 4.1.2), without a matrix of all pairs.
#pragma once

#include <atomic>
#include <cstdint>

#include "row_store.h"

namespace eigenview {

// Σ_{i<j} exp(−t ‖uᵢ − uⱼ‖²) over the rows u at unit length, none of them zero. n² d flops in double precision; the same
// bits for any number of threads. `cancelled` is polled between blocks and may be null.
double pair_potential(const RowStore& store, double t, int threads, const std::atomic<int32_t>* cancelled);

}  // namespace eigenview
