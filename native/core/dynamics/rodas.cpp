#include "rodas.h"

#include <algorithm>
#include <cmath>

#include "../lapack.h"
#include "combine.h"

namespace eigenview::dynamics {
namespace {

constexpr double kGamma = 0.25;
constexpr double kA2[] = {1.544};
constexpr double kA3[] = {0.9466785280815826, 0.2557011698983284};
constexpr double kA4[] = {3.314825187068521, 2.896124015972201, 0.9986419139977817};
constexpr double kA5[] = {1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950};
constexpr double kC2[] = {-5.6688};
constexpr double kC3[] = {-2.430093356833875, -0.2063599157091915};
constexpr double kC4[] = {-0.1073529058151375, -9.594562251023355, -20.47028614809616};
constexpr double kC5[] = {7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160};
constexpr double kC6[] = {8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136,
                          -6.058818238834054};
constexpr double kH2[] = {10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823,
                          1.025137723295662};
constexpr double kH3[] = {-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386,
                          -6.594389125716872};

// What stage `to` (2 … 5) is taken at.
EIGENVIEW_CLONES void advance_to(int to, const double* y, const double* stages, int64_t n, double* out) {
  switch (to) {
    case 2: return advance(y, 1, kA2, stages, n, out);
    case 3: return advance(y, 1, kA3, stages, n, out);
    case 4: return advance(y, 1, kA4, stages, n, out);
    default: return advance(y, 1, kA5, stages, n, out);
  }
}

// The right-hand side of stage `of` (2 … 6): the velocity v and former stages.
EIGENVIEW_CLONES void right_side(int of, const double* v, double h, const double* stages, int64_t n, double* out) {
  switch (of) {
    case 2: return advance(v, 1 / h, kC2, stages, n, out);
    case 3: return advance(v, 1 / h, kC3, stages, n, out);
    case 4: return advance(v, 1 / h, kC4, stages, n, out);
    case 5: return advance(v, 1 / h, kC5, stages, n, out);
    default: return advance(v, 1 / h, kC6, stages, n, out);
  }
}

EIGENVIEW_CLONES void interpolate(double share, const double* y, const double* y1, const double* stages, int64_t n,
                                  double* __restrict out) {
  const double rest = 1 - share;
  for (int64_t j = 0; j < n; j++) {
    double second = 0, third = 0;
    for (int q = 0; q < 5; q++) {
      second += kH2[q] * stages[q * n + j];
      third += kH3[q] * stages[q * n + j];
    }
    out[j] = y[j] * rest + share * (y1[j] + rest * (second + share * third));
  }
}

}  // namespace

ShiftedJacobian::ShiftedJacobian(const Field& field)
    : n_(static_cast<int>(field.size())),
      differentiator_(field),
      jacobian_(static_cast<int64_t>(n_) * n_),
      factors_(static_cast<int64_t>(n_) * n_),
      pivots_(static_cast<size_t>(n_)) {}

bool ShiftedJacobian::factorise(double shift) {
  const int64_t n = n_;
  bool finite = std::isfinite(shift);
  for (int64_t i = 0; i < n * n; i++) {
    factors_[i] = -jacobian_[i];
    finite &= std::isfinite(factors_[i]);
  }
  if (!finite) return false;
  for (int64_t i = 0; i < n; i++) factors_[i * (n + 1)] += shift;
  return lapack::getrf(n_, factors_.data(), n_, pivots_.data()) == 0;
}

// Row-major factors are those of the transpose.
void ShiftedJacobian::solve(double* b) { lapack::getrs('T', n_, 1, factors_.data(), n_, pivots_.data(), b, n_); }

Rodas::Rodas(const Field& field) : Method(field), start_(n_), stages_(6 * n_), inner_(n_), jacobian_(field) {}

bool Rodas::attempt(const double* y, const double* v, double h, bool moved) {
  std::copy_n(y, n_, start_.data());
  if (moved) jacobian_.differentiate(y);
  if (!jacobian_.factorise(1 / (h * kGamma))) return false;
  std::copy_n(v, n_, stage(0));
  jacobian_.solve(stage(0));
  for (int i = 2; i <= 5; i++) {
    advance_to(i, y, stage(0), n_, inner_.data());
    evaluate(inner_.data(), velocity_.data());
    right_side(i, velocity_.data(), h, stage(0), n_, stage(i - 1));
    jacobian_.solve(stage(i - 1));
  }
  // The fifth stage corrects where it was taken, and gives the embedded solution; the sixth corrects that.
  for (int64_t j = 0; j < n_; j++) inner_[j] += stage(4)[j];
  evaluate(inner_.data(), velocity_.data());
  right_side(6, velocity_.data(), h, stage(0), n_, stage(5));
  jacobian_.solve(stage(5));
  for (int64_t j = 0; j < n_; j++) state_[j] = inner_[j] + stage(5)[j];
  error_ = root_mean_square(stage(5), n_);
  evaluate(state_.data(), velocity_.data());
  return true;
}

void Rodas::between(double share, double* out) const {
  interpolate(share, start_.data(), state_.data(), stage(0), n_, out);
}

}  // namespace eigenview::dynamics
