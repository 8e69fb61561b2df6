// What SimSiam with its optimal predictor does in any coordinates: with the inner products N and C of the encoder with
// itself and with its target, H = N + ridge I and P = C H⁻¹.
#pragma once

#include "rows.h"

namespace eigenview::dynamics {

// C := H⁻¹ C = Pᵀ, for symmetric N and C (k×k); N is lost.
template <class T>
EIGENVIEW_INLINE Predictor predict(int64_t k, double ridge, T* n, T* c) {
  add_diagonal(n, k, ridge);
  const Predictor found = factorise(n, k, ridge > 0);
  if (found == Predictor::exists) solve(n, k, c, k);
  return found;
}

// out = Pᵀ (target − P data) − decay U, all k×m, rows of U and out `leading` apart; target is lost. Element (i, l) of P
// is p[i · across + l · along].
template <class T>
EIGENVIEW_INLINE void follow(int64_t k, int64_t m, const T* p, int64_t across, int64_t along, const T* data, T* target,
                             double decay, const T* u, int64_t leading, T* out) {
  for (int64_t i = 0; i < k; i++) subtract_rows(p + i * across, along, data, m, k, m, target + i * m);
  for (int64_t i = 0; i < k; i++) {
    scaled_copy(-decay, u + i * leading, m, out + i * leading);
    add_rows(p + i * along, across, target, m, k, m, out + i * leading);
  }
}

// −½ Tr C² + ⅓ Tr (N + ridge I)³ for N and C times `ratio`; both are lost.
struct Lyapunov {
  double value, magnitude;
};

inline Lyapunov lyapunov(int64_t k, double ratio, double ridge, double* n, double* c) {
  for (int64_t i = 0; i < k * k; i++) {
    n[i] *= ratio;
    c[i] *= ratio;
  }
  add_diagonal(n, k, ridge);
  const double squares = dot(c, c, k * k) / 2;
  double cubes = 0;
  for (int64_t i = 0; i < k; i++) {
    // (H²)_il = H_i · H_l by symmetry.
    for (int64_t l = 0; l < k; l++) cubes += n[i * k + l] * dot(n + i * k, n + l * k, k);
  }
  cubes /= 3;
  return {cubes - squares, cubes + squares};
}

}  // namespace eigenview::dynamics
