// Dense decompositions, row-major, over LAPACK. The contracts (sizes, order, signs, residuals, failures) are those of
// src/backends/linalg.ts; arguments are validated there.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "../buffer.h"

namespace eigenview {

struct Svd {
  Matrix u;   // m×k
  Buffer s;   // k, descending
  Matrix vt;  // k×n
  double residual;
};

struct Eigh {
  Buffer values;   // k, descending
  Matrix vectors;  // n×k, one a column
  double residual;
};

struct Eig {
  Buffer re, im;                 // n
  Matrix vectors_re, vectors_im;  // n×n, one a column
  double residual;
};

// k in [1, min(m, n)].
Svd svd(const Matrix& a, int k);

// b may be null: the standard problem. k in [1, n]. Reads the upper triangles.
Eigh eigh(const Matrix& a, const Matrix* b, int k);

Eig eig(const Matrix& a);

Matrix cholesky(const Matrix& a);

Matrix solve(const Matrix& a, const Matrix& b);

Matrix inverse_sqrt(const Matrix& a, std::optional<double> rank_tolerance);

// The rows W with W S Wᵀ = I; W.rows is the rank.
Matrix whiten(const Matrix& s, std::optional<double> rank_tolerance);

// L⁻¹ for S = L Lᵀ, zeros above its diagonal; nothing when S is not definite or its reciprocal condition number is
// estimated below `least_rcond`.
std::optional<Matrix> inverse_cholesky(const Matrix& s, double least_rcond);

Matrix matmul(const Matrix& a, const Matrix& b, bool transpose_a, bool transpose_b);

// Each matrix of a stack on one of `threads` threads. `cancelled` is polled between matrices and may be null.
std::vector<Svd> svd_batch(const std::vector<Matrix>& stack, int k, int threads, const std::atomic<int32_t>* cancelled);
std::vector<Eigh> eigh_batch(const std::vector<Matrix>& stack, int k, int threads,
                             const std::atomic<int32_t>* cancelled);

}  // namespace eigenview
