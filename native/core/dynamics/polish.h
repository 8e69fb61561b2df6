// From nearly steady to steady.
#pragma once

#include "rodas.h"

namespace eigenview::dynamics {

struct Polished {
  Buffer state, velocity;
};

// The field's natural ones; `relaxation` ≤ `rate` is that of the slowest amplitudes.
struct Units {
  double rate, relaxation, amplitude;
};

// Pseudo-transient continuation (Kelley & Keyes 1998): implicit Euler steps of growing length, Newton's in the limit,
// while they lessen the velocity. State and velocity may not move at all.
Polished polish(const Field& field, const double* state, const double* velocity, const Units& units);

// What states and velocities are small against: max(‖state‖, amplitude √n), Frobenius.
double extent_of(const double* state, int64_t n, double amplitude);

}  // namespace eigenview::dynamics
