// Encoding of data: Z = X Eᵀ.
#pragma once

#include "../buffer.h"

namespace eigenview {

// x: n×d, encoder: k×d; result n×k. Row blocks of fixed size, one thread each: the same bits for any number of threads.
// The caller holds BLAS at one thread.
Matrix project(const Matrix& x, const Matrix& encoder, int threads);

}  // namespace eigenview
