// Squares of differences between halves of views, for standard errors.
#pragma once

#include <cstdint>
#include <vector>

#include "../buffer.h"

namespace eigenview {

// Σ over samples of (Σ_j w_j u_j u_jᵀ)∘², d×d, for the vectors u_j of each sample: vectors holds weights.size() rows of d
// floats for the first sample, then those of the second, …. The same bits for any number of threads.
// Work: samples · d² · (weights.size() + 1) flops.
Matrix squared_differences(const float* vectors, int64_t samples, int d, const std::vector<double>& weights, int threads);

}  // namespace eigenview
