// From nearly steady to steady.
#pragma once

#include "rodas.h"

namespace eigenview::dynamics {

struct Polished {
  Buffer state, velocity;
};

// Pseudo-transient continuation (Kelley & Keyes 1998): implicit Euler steps of growing length, Newton's in the limit,
// while they lessen the velocity. `rate` and `amplitude` are the field's natural ones. State and velocity may not move
// at all.
Polished polish(const Field& field, const double* state, const double* velocity, double rate, double amplitude);

// What states and velocities are small against: max(‖state‖, amplitude √n), Frobenius.
double extent_of(const double* state, int64_t n, double amplitude);

}  // namespace eigenview::dynamics
