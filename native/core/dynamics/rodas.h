// RODAS, a Rosenbrock method of order 4 with an embedded one of order 3, stiffly accurate and L-stable, with continuous
// output of order 3 (Hairer & Wanner, Solving Ordinary Differential Equations II, IV.7), in its autonomous form. A step
// costs a Jacobian, an LU decomposition and six solutions; O(n²) memory.
#pragma once

#include <vector>

#include "method.h"

namespace eigenview::dynamics {

// Beyond so many numbers in a state, Jacobians are not decomposed along the way.
constexpr int64_t kLargestImplicit = 1024;

// Solves (shift I − J) x = b for J at some state.
class ShiftedJacobian {
 public:
  explicit ShiftedJacobian(const Field& field);
  void differentiate(const double* state) { differentiator_.jacobian(state, jacobian_.data()); }
  // False where it is singular or not finite.
  bool factorise(double shift);
  // In place.
  void solve(double* b);

 private:
  const int n_;
  Differentiator differentiator_;
  Buffer jacobian_, factors_;
  std::vector<int> pivots_;
};

class Rodas final : public Method {
 public:
  explicit Rodas(const Field& field);
  bool attempt(const double* y, const double* v, double h, bool moved) override;
  void between(double share, double* out) const override;
  double exponent() const override { return 0.25; }

 private:
  double* stage(int i) { return stages_.data() + i * n_; }
  const double* stage(int i) const { return stages_.data() + i * n_; }

  Buffer start_;   // y
  Buffer stages_;  // six of them
  Buffer inner_;
  ShiftedJacobian jacobian_;
};

}  // namespace eigenview::dynamics
