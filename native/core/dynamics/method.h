// One-step methods for ẏ = v(y). An attempt at a step leaves its result here; the caller accepts or rejects it. Norms
// are root mean squares, so that nothing here depends on the coordinates that a rotation would mix.
#pragma once

#include <cstdint>

#include "field.h"

namespace eigenview::dynamics {

// ‖x‖₂/√n, without overflow or underflow; not finite where x is not.
double root_mean_square(const double* x, int64_t n);

class Method {
 public:
  virtual ~Method() = default;
  // One step of h from y with velocity v. `moved`: y is not that of the last attempt. False where the step's equations
  // are singular; numbers that are not finite are for the caller to see.
  virtual bool attempt(const double* y, const double* v, double h, bool moved) = 0;
  // The state at a share of the last attempt's step, 0 ≤ share ≤ 1.
  virtual void between(double share, double* out) const = 0;
  // err^exponent is what a step is divided by.
  virtual double exponent() const = 0;

  const double* state() const { return state_.data(); }
  const double* velocity() const { return velocity_.data(); }
  // Norm of the estimated error.
  double error() const { return error_; }

 protected:
  explicit Method(const Field& field)
      : field_(field), n_(field.size()), state_(n_), velocity_(n_), scratch_(field.scratch()) {}
  void evaluate(const double* state, double* velocity) { field_.velocity(state, velocity, scratch_.data()); }

  const Field& field_;
  const int64_t n_;
  Buffer state_, velocity_;
  double error_ = 0;

 private:
  Buffer scratch_;
};

}  // namespace eigenview::dynamics
