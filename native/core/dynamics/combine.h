// Linear combinations of a method's stages.
#pragma once

#include <cstdint>

#include "../clones.h"

namespace eigenview::dynamics {

// out = Σ_q coefficients[q] · stage q, stages n apart from `stages` on.
template <int Count>
EIGENVIEW_INLINE void combine(const double (&coefficients)[Count], const double* stages, int64_t n,
                              double* __restrict out) {
  for (int64_t j = 0; j < n; j++) {
    double sum = coefficients[0] * stages[j];
    for (int q = 1; q < Count; q++) sum += coefficients[q] * stages[q * n + j];
    out[j] = sum;
  }
}

// out = y + h Σ_q coefficients[q] · stage q.
template <int Count>
EIGENVIEW_INLINE void advance(const double* y, double h, const double (&coefficients)[Count], const double* stages,
                              int64_t n, double* __restrict out) {
  for (int64_t j = 0; j < n; j++) {
    double sum = coefficients[0] * stages[j];
    for (int q = 1; q < Count; q++) sum += coefficients[q] * stages[q * n + j];
    out[j] = y[j] + h * sum;
  }
}

}  // namespace eigenview::dynamics
