// Additive Gaussian noise: x + R g with g standard normal, row by row.
#pragma once

#include <cstdint>

#include "../buffer.h"
#include "../random.h"

namespace eigenview {

// x: rows × d, changed in place; deviations: d numbers ≥ 0. Row i is sample first_sample + i of the stream. Coordinates
// with zero deviation draw nothing and keep their bits.
void add_diagonal_noise(Matrix& x, const double* deviations, Stream stream, uint64_t first_sample, int threads);

// root: d×d with covariance R Rᵀ.
void add_noise(Matrix& x, const Matrix& root, Stream stream, uint64_t first_sample, int threads);

}  // namespace eigenview
