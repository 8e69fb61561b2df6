#include "polish.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../linalg/dense.h"

namespace eigenview::dynamics {

double extent_of(const double* state, int64_t n, double amplitude) {
  return std::max(norm(state, n), amplitude * std::sqrt(static_cast<double>(n)));
}

Polished polish(const Field& field, const double* state, const double* velocity, const Units& units) {
  constexpr int kIterations = 20;
  // A step that divides the speed by as much can be taken once more with the same factors, at hardly any cost.
  constexpr double kGoodEnough = 0.1;
  // Longer steps would let rounding of the velocity drift along the family of equilibria: by 2e-6 of the state at most.
  constexpr double kLongest = 1e10;
  const int64_t n = field.size();
  Polished best{Buffer::copy(state, n), Buffer::copy(velocity, n)};
  Buffer next(n), next_velocity(n), scratch(field.scratch());
  ShiftedJacobian jacobian(field);
  double speed = norm(velocity, n);
  const double longest = std::min(kLongest / units.rate, std::max(1e6 / units.rate, 1e4 / units.relaxation));
  double h = std::min(longest, 100 / units.relaxation);
  bool factorised = false;
  for (int i = 0; i < kIterations; i++) {
    if (speed <= kEps * units.rate * extent_of(best.state.data(), n, units.amplitude)) break;
    if (!factorised) {
      jacobian.differentiate(best.state.data());
      if (!jacobian.factorise(1 / h)) break;
    }
    std::copy_n(best.velocity.data(), n, next.data());
    jacobian.solve(next.data());
    for (int64_t j = 0; j < n; j++) next[j] += best.state[j];
    field.velocity(next.data(), next_velocity.data(), scratch.data());
    const double next_speed = norm(next_velocity.data(), n);
    // Not next_speed >= speed: NaN ends it too.
    if (!(next_speed < speed)) break;
    std::swap(best.state, next);
    std::swap(best.velocity, next_velocity);
    factorised = next_speed <= kGoodEnough * speed;
    if (!factorised) h = std::min(longest, 4 * h * speed / next_speed);
    speed = next_speed;
  }
  return best;
}

}  // namespace eigenview::dynamics
