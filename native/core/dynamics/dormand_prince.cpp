#include "dormand_prince.h"

#include <algorithm>
#include <cmath>

#include "combine.h"

namespace eigenview::dynamics {
namespace {

constexpr double kA2[] = {1.0 / 5};
constexpr double kA3[] = {3.0 / 40, 9.0 / 40};
constexpr double kA4[] = {44.0 / 45, -56.0 / 15, 32.0 / 9};
constexpr double kA5[] = {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729};
constexpr double kA6[] = {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656};
constexpr double kA7[] = {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84};
constexpr double kError[] = {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
constexpr double kContinuous[] = {-12715105075.0 / 11282082432,  0, 87487479700.0 / 32700410799,
                                  -10690763975.0 / 1880347072,   701980252875.0 / 199316789632,
                                  -1453857185.0 / 822651844,     69997945.0 / 29380423};

// What stage `to` (2 … 7) is taken at.
EIGENVIEW_CLONES void advance_to(int to, const double* y, double h, const double* stages, int64_t n, double* out) {
  switch (to) {
    case 2: return advance(y, h, kA2, stages, n, out);
    case 3: return advance(y, h, kA3, stages, n, out);
    case 4: return advance(y, h, kA4, stages, n, out);
    case 5: return advance(y, h, kA5, stages, n, out);
    case 6: return advance(y, h, kA6, stages, n, out);
    default: return advance(y, h, kA7, stages, n, out);
  }
}

EIGENVIEW_CLONES void estimate_error(const double* stages, int64_t n, double* out) {
  combine(kError, stages, n, out);
}

EIGENVIEW_CLONES void interpolate(double share, const double* y, const double* y1, double h, const double* stages,
                                  int64_t n, double* __restrict out) {
  combine(kContinuous, stages, n, out);
  const double rest = 1 - share;
  const double *first = stages, *last = stages + 6 * n;
  for (int64_t j = 0; j < n; j++) {
    const double difference = y1[j] - y[j];
    const double slope = h * first[j] - difference;
    const double bend = difference - h * last[j] - slope;
    out[j] = y[j] + share * (difference + rest * (slope + share * (bend + rest * (h * out[j]))));
  }
}

double distance(const double* a, const double* b, int64_t n) {
  double sum = 0;
  for (int64_t j = 0; j < n; j++) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

}  // namespace

DormandPrince::DormandPrince(const Field& field)
    : Method(field), start_(n_), stages_(7 * n_), inner_(n_), estimate_(n_) {}

bool DormandPrince::attempt(const double* y, const double* v, double h, bool) {
  h_ = h;
  std::copy_n(y, n_, start_.data());
  std::copy_n(v, n_, stage(0));
  for (int i = 2; i <= 6; i++) {
    advance_to(i, y, h, stage(0), n_, inner_.data());
    evaluate(inner_.data(), stage(i - 1));
  }
  advance_to(7, y, h, stage(0), n_, state_.data());
  evaluate(state_.data(), velocity_.data());
  std::copy_n(velocity_.data(), n_, stage(6));
  estimate_error(stage(0), n_, estimate_.data());
  error_ = h * root_mean_square(estimate_.data(), n_);
  return true;
}

void DormandPrince::between(double share, double* out) const {
  interpolate(share, start_.data(), state_.data(), h_, stage(0), n_, out);
}

double DormandPrince::exponent() const { return 0.2 - 0.75 * kControllerMemory; }

double DormandPrince::stiffness() const {
  const double moved = distance(state_.data(), inner_.data(), n_);
  return moved > 0 ? h_ * distance(stage(6), stage(5), n_) / moved : 0;
}

}  // namespace eigenview::dynamics
