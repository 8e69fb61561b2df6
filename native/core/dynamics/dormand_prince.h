// Dormand & Prince's explicit Runge-Kutta method of order 5 with error estimate of order 4 and continuous output of
// order 4 (Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.5 and II.6; DOPRI5). Six velocities
// a step.
#pragma once

#include "method.h"

namespace eigenview::dynamics {

class DormandPrince final : public Method {
 public:
  explicit DormandPrince(const Field& field);
  bool attempt(const double* y, const double* v, double h, bool moved) override;
  void between(double share, double* out) const override;
  // 1/5 less what the controller's memory of the last error takes.
  double exponent() const override;
  // h times an estimate of the largest eigenvalue: beyond 3.25 stability limits the step (Hairer & Wanner II, IV.2).
  double stiffness() const;

 private:
  double* stage(int i) { return stages_.data() + i * n_; }
  const double* stage(int i) const { return stages_.data() + i * n_; }

  double h_ = 0;
  Buffer start_;   // y
  Buffer stages_;  // k1 … k7
  Buffer inner_;   // where k2 … k6 are taken, one after another
  Buffer estimate_;
};

constexpr double kControllerMemory = 0.04;

}  // namespace eigenview::dynamics
