// The symmetric eigenproblem as LAPACK leaves it: ascending, one eigenvector a row of row-major memory.
#pragma once

#include <optional>

#include "../buffer.h"

namespace eigenview {

struct Spectrum {
  Buffer values;   // r, ascending
  Matrix vectors;  // r×n, orthonormal rows, signs as they come
};

// The largest r ≥ k eigenpairs of a symmetric n×n matrix.
Spectrum spectrum(const Matrix& a, int k);

// The full spectrum of a matrix that must be positive semi-definite, and definite without a rank tolerance: its smallest
// eigenvalue must exceed n·eps·λmax. Eigenvalues are checked, not changed. With a tolerance, at least one eigenvalue must
// exceed rank_tolerance·λmax.
Spectrum definite_spectrum(const Matrix& a, std::optional<double> rank_tolerance);

// The number of eigenvalues a rank tolerance keeps (all without one).
int kept(const Spectrum& spectrum, std::optional<double> rank_tolerance);

}  // namespace eigenview
