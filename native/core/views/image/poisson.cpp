#include "poisson.h"

#include <algorithm>
#include <cmath>

#include "../../clones.h"

namespace eigenview {
namespace {

constexpr double kE = 2.71828182845904523536;
constexpr int64_t kBatch = 64;

double mode_probability(int64_t m) {
  double probability = 1;
  for (int64_t i = 1; i <= m; i++) probability *= static_cast<double>(m) / (kE * static_cast<double>(i));
  return probability;
}

// m ln(1 + d/m) − d for d ∈ [0, 1), 0 ≤ m < 2³¹; −d at m = 0. ln(1 + t) = 2 artanh s with s = t/(2 + t) ≤ 1/3, whose
// series to s³³ leaves 1e-18.
EIGENVIEW_INLINE double log_excess(double m, double d) {
  const double t = d / (m > 1 ? m : 1), s = t / (2 + t), z = s * s;
  double p = 1.0 / 33;
  p = p * z + 1.0 / 31;
  p = p * z + 1.0 / 29;
  p = p * z + 1.0 / 27;
  p = p * z + 1.0 / 25;
  p = p * z + 1.0 / 23;
  p = p * z + 1.0 / 21;
  p = p * z + 1.0 / 19;
  p = p * z + 1.0 / 17;
  p = p * z + 1.0 / 15;
  p = p * z + 1.0 / 13;
  p = p * z + 1.0 / 11;
  p = p * z + 1.0 / 9;
  p = p * z + 1.0 / 7;
  p = p * z + 1.0 / 5;
  p = p * z + 1.0 / 3;
  p = p * z + 1;
  return m * (2 * s * p) - d;
}

// e^y for y ∈ [−1, 0], as the fourth power of e^(y/4), whose Taylor series to the twelfth power leaves 2e-18.
EIGENVIEW_INLINE double exp_small(double y) {
  const double x = 0.25 * y;
  double p = 1.0 / 479001600;
  p = p * x + 1.0 / 39916800;
  p = p * x + 1.0 / 3628800;
  p = p * x + 1.0 / 362880;
  p = p * x + 1.0 / 40320;
  p = p * x + 1.0 / 5040;
  p = p * x + 1.0 / 720;
  p = p * x + 1.0 / 120;
  p = p * x + 1.0 / 24;
  p = p * x + 1.0 / 6;
  p = p * x + 1.0 / 2;
  p = p * x + 1;
  p = p * x + 1;
  p = p * p;
  return p * p;
}

// Of each rate r with mode m: what the probability of m is at r, in shares of what it is at rate m; and 1/r, or 0 below 1,
// where the mode is 0 and nothing lies below it.
EIGENVIEW_CLONES void prepare(const double* rates, double* __restrict shares, double* __restrict inverses) {
  for (int64_t i = 0; i < kBatch; i++) {
    const double mode = static_cast<double>(static_cast<int32_t>(rates[i]));
    shares[i] = exp_small(log_excess(mode, rates[i] - mode));
    inverses[i] = rates[i] >= 1 ? 1 / rates[i] : 0;
  }
}

}  // namespace

Poisson::Poisson(double max_rate) {
  const auto most = static_cast<int64_t>(max_rate);
  for (int64_t m = 0; m <= most; m++) modes_.push_back(mode_probability(m));
  // Beyond, a term is below 2⁻⁶⁴: it is about exp(−s²/2(r + s/3)) at distance s.
  const auto last = most + static_cast<int64_t>(12 * std::sqrt(max_rate)) + 40;
  reciprocals_.push_back(0);
  for (int64_t n = 1; n <= last; n++) reciprocals_.push_back(1 / static_cast<double>(n));
}

void Poisson::invert(const double* rates, const double* u, int64_t count, double* out) const {
  alignas(64) double known[kBatch], shares[kBatch], inverses[kBatch];
  for (int64_t done = 0; done < count; done += kBatch) {
    const int64_t batch = std::min(kBatch, count - done);
    std::fill(known, known + kBatch, 0.0);
    for (int64_t i = 0; i < batch; i++) known[i] = rates[done + i] >= 0 ? rates[done + i] : 0;
    prepare(known, shares, inverses);
    for (int64_t i = 0; i < batch; i++) {
      const double found = search(known[i], inverses[i], shares[i], u[done + i]);
      out[done + i] = std::isnan(rates[done + i]) ? rates[done + i] : found;
    }
  }
}

// The two sides at once and by reciprocals: what a step waits for is one subtraction.
double Poisson::search(double rate, double inverse, double share, double u) const {
  const auto mode = static_cast<int64_t>(rate);
  const double probability = modes_[static_cast<size_t>(mode)] * share;
  double rest = u - probability;
  if (rest < 0) return static_cast<double>(mode);
  double up = probability, down = probability;
  const double* reciprocal = reciprocals_.data() + mode;
  const int64_t reach = static_cast<int64_t>(reciprocals_.size()) - 1 - mode;
  double below = static_cast<double>(mode);
  for (int64_t distance = 1; distance <= reach; distance++) {
    up *= rate * reciprocal[distance];
    down *= below * inverse;
    below -= 1;
    if (rest < up + down) return static_cast<double>(rest < up ? mode + distance : mode - distance);
    rest -= up + down;
  }
  return static_cast<double>(mode);
}

}  // namespace eigenview
