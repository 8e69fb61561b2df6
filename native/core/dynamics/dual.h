// Forward-mode differentiation: a number and its derivatives along eight directions. A field written once over the
// scalar type gives its velocity with doubles and, with these, eight columns of its Jacobian to rounding.
#pragma once

#include <cmath>

#include "../clones.h"

namespace eigenview::dynamics {

constexpr int kDirections = 8;

struct Dual {
  double value;
  double along[kDirections];

  Dual() = default;
  EIGENVIEW_INLINE Dual(double constant) : value(constant) {
    for (int i = 0; i < kDirections; i++) along[i] = 0;
  }
  // A function of x with this value and this derivative by x.
  EIGENVIEW_INLINE Dual(double v, double derivative, const Dual& x) : value(v) {
    for (int i = 0; i < kDirections; i++) along[i] = derivative * x.along[i];
  }
};

EIGENVIEW_INLINE Dual& operator+=(Dual& a, const Dual& b) {
  a.value += b.value;
  for (int i = 0; i < kDirections; i++) a.along[i] += b.along[i];
  return a;
}

EIGENVIEW_INLINE Dual& operator-=(Dual& a, const Dual& b) {
  a.value -= b.value;
  for (int i = 0; i < kDirections; i++) a.along[i] -= b.along[i];
  return a;
}

EIGENVIEW_INLINE Dual operator-(const Dual& a) { return Dual(-a.value, -1, a); }

EIGENVIEW_INLINE Dual operator+(Dual a, const Dual& b) { return a += b; }
EIGENVIEW_INLINE Dual operator-(Dual a, const Dual& b) { return a -= b; }

EIGENVIEW_INLINE Dual operator*(const Dual& a, const Dual& b) {
  Dual c;
  c.value = a.value * b.value;
  for (int i = 0; i < kDirections; i++) c.along[i] = a.value * b.along[i] + b.value * a.along[i];
  return c;
}

EIGENVIEW_INLINE Dual operator*(double a, const Dual& b) { return Dual(a * b.value, a, b); }
EIGENVIEW_INLINE Dual operator*(const Dual& a, double b) { return b * a; }
EIGENVIEW_INLINE Dual& operator*=(Dual& a, const Dual& b) { return a = a * b; }

EIGENVIEW_INLINE double value_of(double x) { return x; }
EIGENVIEW_INLINE double value_of(const Dual& x) { return x.value; }

EIGENVIEW_INLINE double reciprocal_root(double x) { return 1 / std::sqrt(x); }
EIGENVIEW_INLINE Dual reciprocal_root(const Dual& x) {
  const double root = 1 / std::sqrt(x.value);
  return Dual(root, -0.5 * root / x.value, x);
}

// |x|^p with the sign of x, p ≥ 1.
EIGENVIEW_INLINE double signed_power(double x, double p) { return std::copysign(std::pow(std::fabs(x), p), x); }
EIGENVIEW_INLINE Dual signed_power(const Dual& x, double p) {
  return Dual(signed_power(x.value, p), p * std::pow(std::fabs(x.value), p - 1), x);
}

}  // namespace eigenview::dynamics
