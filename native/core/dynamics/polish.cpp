#include "polish.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "../linalg/dense.h"

namespace eigenview::dynamics {

double extent_of(const double* state, int64_t n, double amplitude) {
  return std::max(norm(state, n), amplitude * std::sqrt(static_cast<double>(n)));
}

Polished polish(const Field& field, const double* state, const double* velocity, double rate, double amplitude) {
  constexpr int kIterations = 20;
  const int64_t n = field.size();
  Polished best{Buffer::copy(state, n), Buffer::copy(velocity, n)};
  Buffer next(n), next_velocity(n), scratch(field.scratch());
  ShiftedJacobian jacobian(field);
  double speed = norm(velocity, n);
  double h = 100 / rate;
  for (int i = 0; i < kIterations; i++) {
    if (speed <= 4 * kEps * rate * extent_of(best.state.data(), n, amplitude)) break;
    jacobian.differentiate(best.state.data());
    if (!jacobian.factorise(1 / h)) break;
    std::copy_n(best.velocity.data(), n, next.data());
    jacobian.solve(next.data());
    for (int64_t j = 0; j < n; j++) next[j] += best.state[j];
    field.velocity(next.data(), next_velocity.data(), scratch.data());
    const double next_speed = norm(next_velocity.data(), n);
    // Not next_speed >= speed: NaN ends it too.
    if (!(next_speed < speed)) break;
    std::swap(best.state, next);
    std::swap(best.velocity, next_velocity);
    h = std::min(1e6 / rate, 4 * h * speed / next_speed);
    speed = next_speed;
  }
  return best;
}

}  // namespace eigenview::dynamics
