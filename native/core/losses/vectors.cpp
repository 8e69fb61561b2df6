#include "vectors.h"

#include <algorithm>
#include <cmath>

#include "../clones.h"
#include "elementary.h"

namespace eigenview::losses {
namespace {

// Partial sums side by side: a single one would be a chain that no compiler may cut.
constexpr int64_t kLanes = 16;

EIGENVIEW_INLINE double total(const double* lanes) {
  double sum = 0;
  for (int64_t i = 0; i < kLanes; i++) sum += lanes[i];
  return sum;
}

// Σ term(i) over [0, n).
template <class Term>
EIGENVIEW_INLINE double sum_terms(int64_t n, const Term& term) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; l++) lanes[l] += term(i + l);
  }
  for (; i < n; i++) lanes[0] += term(i);
  return total(lanes);
}

EIGENVIEW_CLONES double sum_of_zeros(const double* x, int64_t n) {
  // 0·x is 0 for finite x and NaN otherwise.
  return sum_terms(n, [x](int64_t i) __attribute__((always_inline)) { return 0 * x[i]; });
}

EIGENVIEW_CLONES void sin_cos_all(const double* x, int64_t n, double* __restrict sines, double* __restrict cosines) {
  for (int64_t i = 0; i < n; i++) {
    double s, c;
    sin_cos(x[i], s, c);
    sines[i] = s;
    cosines[i] = c;
  }
}

EIGENVIEW_CLONES double largest_of(const double* x, int64_t n) {
  double largest = 0;
  for (int64_t i = 0; i < n; i++) {
    const double size = std::fabs(x[i]);
    largest = size > largest ? size : largest;
  }
  return largest;
}

}  // namespace

bool all_finite(const double* x, int64_t n) { return sum_of_zeros(x, n) == 0; }

EIGENVIEW_CLONES double sum_of(const double* x, int64_t n) {
  return sum_terms(n, [x](int64_t i) __attribute__((always_inline)) { return x[i]; });
}

EIGENVIEW_CLONES double dot(const double* x, const double* y, int64_t n) {
  return sum_terms(n, [x, y](int64_t i) __attribute__((always_inline)) { return x[i] * y[i]; });
}

EIGENVIEW_CLONES void add_difference(const double* x, const double* origin, int64_t n, double* __restrict sums) {
  for (int64_t i = 0; i < n; i++) sums[i] += x[i] - origin[i];
}

EIGENVIEW_CLONES void centre_row(double* __restrict x, const double* origin, const double* offset, int64_t n,
                                 double* __restrict squares) {
  for (int64_t i = 0; i < n; i++) {
    const double centred = (x[i] - origin[i]) - offset[i];
    x[i] = centred;
    squares[i] += centred * centred;
  }
}

EIGENVIEW_CLONES double difference_row(const double* x, const double* y, double factor, int64_t n,
                                       double* __restrict g) {
  return sum_terms(n, [=](int64_t i) __attribute__((always_inline)) {
    const double difference = x[i] - y[i];
    g[i] = factor * difference;
    return difference * difference;
  });
}

EIGENVIEW_CLONES double add_difference_row(const double* x, const double* y, const double* offset, double factor,
                                           int64_t n, double* __restrict g) {
  return sum_terms(n, [=](int64_t i) __attribute__((always_inline)) {
    const double difference = x[i] - y[i] + offset[i];
    g[i] += factor * difference;
    return difference * difference;
  });
}

EIGENVIEW_CLONES void scale_row(const double* x, double factor, int64_t n, double* y) {
  for (int64_t i = 0; i < n; i++) y[i] = factor * x[i];
}

EIGENVIEW_CLONES void scale_row(const double* x, const double* factors, int64_t n, double* y) {
  for (int64_t i = 0; i < n; i++) y[i] = factors[i] * x[i];
}

EIGENVIEW_CLONES void scale_and_add(double* __restrict y, const double* factors, const double* x, const double* others,
                                    int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] = factors[i] * y[i] + others[i] * x[i];
}

EIGENVIEW_CLONES void project_row(double* __restrict g, double factor, double own, const double* u, int64_t n) {
  for (int64_t i = 0; i < n; i++) g[i] = factor * (g[i] + own * u[i]);
}

EIGENVIEW_CLONES void add_scaled(const double* x, double factor, int64_t n, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] += factor * x[i];
}

EIGENVIEW_CLONES void add_row(const double* x, int64_t n, double* __restrict y) {
  for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

EIGENVIEW_CLONES void exp_row(const double* s, double shift, int64_t n, double* e) {
  for (int64_t i = 0; i < n; i++) e[i] = exp_of(s[i] - shift);
}

EIGENVIEW_CLONES void exp_row(const double* s, const double* shifts, int64_t n, double* __restrict e) {
  for (int64_t i = 0; i < n; i++) e[i] = exp_of(s[i] - shifts[i]);
}

EIGENVIEW_CLONES double max_row(const double* s, int64_t n, double* __restrict maxima) {
  double largest = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    maxima[i] = s[i] > maxima[i] ? s[i] : maxima[i];
    largest = s[i] > largest ? s[i] : largest;
  }
  return largest;
}

EIGENVIEW_CLONES void weigh_row(double factor, const double* factors, int64_t n, double* __restrict w) {
  for (int64_t i = 0; i < n; i++) w[i] *= factor + factors[i];
}

void sin_cos_row(const double* angles, int64_t n, double* sines, double* cosines) {
  if (largest_of(angles, n) <= kLargestAngle) return sin_cos_all(angles, n, sines, cosines);
  for (int64_t i = 0; i < n; i++) {
    sines[i] = std::sin(angles[i]);
    cosines[i] = std::cos(angles[i]);
  }
}

EIGENVIEW_CLONES void turn_row(const double* cos1, const double* sin1, int64_t n, double* __restrict cosines,
                               double* __restrict sines, double& cosine_sum, double& sine_sum) {
  double c_lanes[kLanes] = {}, s_lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; l++) {
      const double c = cosines[i + l] * cos1[i + l] - sines[i + l] * sin1[i + l];
      const double s = sines[i + l] * cos1[i + l] + cosines[i + l] * sin1[i + l];
      cosines[i + l] = c;
      sines[i + l] = s;
      c_lanes[l] += c;
      s_lanes[l] += s;
    }
  }
  for (; i < n; i++) {
    const double c = cosines[i] * cos1[i] - sines[i] * sin1[i];
    const double s = sines[i] * cos1[i] + cosines[i] * sin1[i];
    cosines[i] = c;
    sines[i] = s;
    c_lanes[0] += c;
    s_lanes[0] += s;
  }
  cosine_sum += total(c_lanes);
  sine_sum += total(s_lanes);
}

EIGENVIEW_CLONES void turn_row(const double* cos1, const double* sin1, int64_t n, double* __restrict cosines,
                               double* __restrict sines, double a, double b, double* __restrict out) {
  for (int64_t i = 0; i < n; i++) {
    const double c = cosines[i] * cos1[i] - sines[i] * sin1[i];
    const double s = sines[i] * cos1[i] + cosines[i] * sin1[i];
    cosines[i] = c;
    sines[i] = s;
    out[i] += a * s + b * c;
  }
}

}  // namespace eigenview::losses
