// PEIRA's gradient flow in function space: with N = UUᵀ + VVᵀ, C = U M Vᵀ + V Mᵀ Uᵀ, H = N + λI and P = C H⁻¹, minus
// the gradient of −½ Tr P + λ/2 Tr N:
//
//   U̇ = H⁻¹ (V Mᵀ − P U) − λU,   V̇ = H⁻¹ (U M − P V) − λV,
//
// or, for one encoder (U = V, the gradient by U), N = 2 UUᵀ, C = 2 U M Uᵀ and U̇ = 2 (H⁻¹ (U M − P U) − λU).
// O(k² (m_x + m_y)) a velocity for a diagonal M, O(k m_x m_y) else.
#include <utility>

#include "field.h"
#include "optimal.h"

namespace eigenview::dynamics {
namespace {

int64_t width(const Peira& field) { return field.shared ? field.gram.rows : field.gram.rows + field.gram.cols; }

// H and C, k×k each, V Mᵀ (k×m_x) and U M (k×m_y); for one encoder the latter alone.
template <class T>
struct Parts {
  T *h, *c, *vm, *um;
  EIGENVIEW_INLINE Parts(const Peira& field, T* scratch)
      : h(scratch),
        c(h + field.k * field.k),
        vm(c + field.k * field.k),
        um(field.shared ? vm : vm + field.k * field.gram.rows) {}
};

// C = A Bᵀ + B Aᵀ for rows of A that lie n, of B that lie `leading` apart.
template <class T>
EIGENVIEW_INLINE void symmetrised_product(const T* a, const T* b, int64_t leading, int64_t k, int64_t n, T* c) {
  for (int64_t i = 0; i < k; i++) {
    for (int64_t l = 0; l <= i; l++) {
      const T sum = dot(a + i * n, b + l * leading, n) + dot(a + l * n, b + i * leading, n);
      c[i * k + l] = sum;
      c[l * k + i] = sum;
    }
  }
}

// Before the ridge: `h` is N.
template <class T>
EIGENVIEW_INLINE Parts<T> moments(const Peira& field, const T* state, T* scratch) {
  const int64_t k = field.k, mx = field.gram.rows, my = field.gram.cols, all = width(field);
  const Parts<T> parts(field, scratch);
  symmetric_product(state, state, all, k, all, parts.h);
  field.gram.times(state, all, k, parts.um);
  if (field.shared) {
    symmetric_product(parts.um, state, mx, k, mx, parts.c);
    for (int64_t i = 0; i < k * k; i++) {
      parts.h[i] *= T(2);
      parts.c[i] *= T(2);
    }
  } else {
    field.gram.times_transposed(state + mx, all, k, parts.vm);
    symmetrised_product(parts.um, state + mx, all, k, my, parts.c);
  }
  return parts;
}

// out = factor (H⁻¹ (partner − P U) − λU) for `m` columns of the state; partner is lost.
template <class T>
EIGENVIEW_INLINE void descend(const Peira& field, const Parts<T>& parts, const T* u, int64_t m, T* partner,
                              double factor, T* out) {
  const int64_t k = field.k, all = width(field);
  for (int64_t i = 0; i < k; i++) subtract_rows(parts.c + i, k, u, all, k, m, partner + i * m);
  solve(parts.h, k, partner, m);
  for (int64_t i = 0; i < k; i++) {
    const T *row = u + i * all, *solved = partner + i * m;
    T* __restrict to = out + i * all;
    for (int64_t j = 0; j < m; j++) to[j] = factor * (solved[j] - field.lambda * row[j]);
  }
}

template <class T>
EIGENVIEW_INLINE Predictor flow(const Peira& field, const T* state, T* out, T* scratch) {
  const int64_t k = field.k, mx = field.gram.rows, my = field.gram.cols;
  const Parts<T> parts = moments(field, state, scratch);
  const Predictor found = predict(k, field.lambda, parts.h, parts.c);
  if (found != Predictor::exists) {
    fill_not_a_number(out, k * width(field));
  } else if (field.shared) {
    descend(field, parts, state, mx, parts.um, 2, out);
  } else {
    descend(field, parts, state, mx, parts.vm, 1, out);
    descend(field, parts, state + mx, my, parts.um, 1, out + mx);
  }
  return found;
}

EIGENVIEW_CLONES Predictor velocity_of(const Peira& field, const double* state, double* out, double* scratch) {
  return flow(field, state, out, scratch);
}
EIGENVIEW_CLONES Predictor differential_of(const Peira& field, const Dual* state, Dual* out, Dual* scratch) {
  return flow(field, state, out, scratch);
}

EIGENVIEW_CLONES Observation observation_of(const Peira& field, const double* state, double* scratch) {
  const int64_t k = field.k;
  const Parts<double> parts = moments(field, state, scratch);
  const double penalty = field.lambda / 2 * trace(parts.h, k);
  if (predict(k, field.lambda, parts.h, parts.c) != Predictor::exists) {
    constexpr double none = std::numeric_limits<double>::infinity();
    return {none, none, none};
  }
  const double sum = trace(parts.c, k);
  return {penalty - sum / 2, penalty + std::fabs(sum) / 2, sum};
}

class PeiraField final : public Field {
 public:
  explicit PeiraField(Peira parameters) : Field(parameters.k, width(parameters)), field_(std::move(parameters)) {}
  int64_t scratch() const override { return 2 * k * k + k * columns; }
  Predictor velocity(const double* state, double* out, double* scratch) const override {
    return velocity_of(field_, state, out, scratch);
  }
  Predictor velocity(const Dual* state, Dual* out, Dual* scratch) const override {
    return differential_of(field_, state, out, scratch);
  }
  Observation observe(const double* state, double* scratch) const override {
    return observation_of(field_, state, scratch);
  }
  void predictor(const double* state, double* out, double* scratch) const override {
    const Parts<double> parts = moments(field_, state, scratch);
    if (predict(k, field_.lambda, parts.h, parts.c) != Predictor::exists) return fill_not_a_number(out, k * k);
    transpose(parts.c, k, out);
  }

 private:
  Peira field_;
};

}  // namespace

std::unique_ptr<Field> make_field(Peira parameters) { return std::make_unique<PeiraField>(std::move(parameters)); }

}  // namespace eigenview::dynamics
