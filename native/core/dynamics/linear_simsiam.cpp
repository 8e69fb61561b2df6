// SimSiam with linear encoders of data with Σ = E[xxᵀ], K = E[xyᵀ] and Frobenius penalties. With C = V K Uᵀ and
// S = U Σ Uᵀ,
//
//   U̇ = Pᵀ (V K − P U Σ) − λU,
//
// where V = τU or a moving average of its own, V̇ = r (U − V), and P = C (S + λI)⁻¹ (V = τU; Tang et al. 2023) or
// learned, Ṗ = C − P S − λP (Tian et al. 2021). Where Σ = aI and P is optimal, there is a Lyapunov function: without
// penalties −½ Tr C², and else that of SimSiam in function space for A = √a U, M = τK/a, λ_P = λ, λ_U = λ/a. Otherwise
// the energy is the loss ½ E‖P U x − V y‖² + λ/2 (‖P‖² + ‖U‖²). O(k d²) a velocity.
#include <utility>

#include "field.h"
#include "optimal.h"

namespace eigenview::dynamics {
namespace {

int64_t width(const LinearSimsiam& field) {
  const int64_t d = field.xx.rows;
  if (!field.learned) return d;
  return field.k + (field.rate ? 2 * d : d);
}

// Where the parts of a state begin; their rows lie width(field) apart. P is null if optimal, V is U if it follows that.
template <class T>
struct State {
  T *p, *u, *v;
  EIGENVIEW_INLINE State(const LinearSimsiam& field, T* state)
      : p(field.learned ? state : nullptr),
        u(field.learned ? state + field.k : state),
        v(field.rate ? u + field.xx.rows : u) {}
};

// S and C, k×k each, U Σ and V K, k×d each.
template <class T>
struct Parts {
  T *s, *c, *data, *target;
  EIGENVIEW_INLINE Parts(const LinearSimsiam& field, T* scratch)
      : s(scratch), c(s + field.k * field.k), data(c + field.k * field.k), target(data + field.k * field.xx.rows) {}
};

template <class T>
EIGENVIEW_INLINE void times_inputs(const LinearSimsiam& field, const T* u, int64_t leading, T* out) {
  const int64_t k = field.k, d = field.xx.rows;
  if (!field.isotropic) return field.xx.times(u, leading, k, out);
  for (int64_t i = 0; i < k; i++) scaled_copy(*field.isotropic, u + i * leading, d, out + i * d);
}

template <class T>
EIGENVIEW_INLINE Parts<T> moments(const LinearSimsiam& field, const State<const T>& state, T* scratch) {
  const int64_t k = field.k, d = field.xx.rows, all = width(field);
  const Parts<T> parts(field, scratch);
  times_inputs(field, state.u, all, parts.data);
  field.xy.times(state.v, all, k, parts.target);
  symmetric_product(parts.data, state.u, all, k, d, parts.s);
  if (field.rate) {
    product(parts.target, state.u, all, k, d, parts.c);
    return parts;
  }
  for (int64_t i = 0; i < k * d; i++) parts.target[i] = field.scale * parts.target[i];
  symmetric_product(parts.target, state.u, all, k, d, parts.c);
  return parts;
}

template <class T>
EIGENVIEW_INLINE void learn(const LinearSimsiam& field, const Parts<T>& parts, const T* p, T* out) {
  const int64_t k = field.k, all = width(field);
  for (int64_t i = 0; i < k; i++) {
    const T *row = p + i * all, *wanted = parts.c + i * k;
    T* __restrict to = out + i * all;
    for (int64_t l = 0; l < k; l++) to[l] = wanted[l] - field.lambda * row[l];
    subtract_rows(row, 1, parts.s, k, k, k, to);
  }
}

template <class T>
EIGENVIEW_INLINE void average(const LinearSimsiam& field, const T* u, const T* v, T* out) {
  const int64_t d = field.xx.rows, all = width(field);
  for (int64_t i = 0; i < field.k; i++) {
    for (int64_t j = 0; j < d; j++) out[i * all + j] = *field.rate * (u[i * all + j] - v[i * all + j]);
  }
}

template <class T>
EIGENVIEW_INLINE Predictor flow(const LinearSimsiam& field, const T* all_state, T* all_out, T* scratch) {
  const int64_t k = field.k, d = field.xx.rows, all = width(field);
  const State<const T> state(field, all_state);
  const State<T> out(field, all_out);
  const Parts<T> parts = moments(field, state, scratch);
  if (field.learned) {
    learn(field, parts, state.p, out.p);
    if (field.rate) average(field, state.u, state.v, out.v);
    follow(k, d, state.p, all, 1, parts.data, parts.target, field.lambda, state.u, all, out.u);
    return Predictor::exists;
  }
  const Predictor found = predict(k, field.lambda, parts.s, parts.c);
  if (found == Predictor::exists) {
    follow(k, d, parts.c, 1, k, parts.data, parts.target, field.lambda, state.u, all, out.u);
  } else {
    fill_not_a_number(all_out, k * all);
  }
  return found;
}

EIGENVIEW_CLONES Predictor velocity_of(const LinearSimsiam& field, const double* state, double* out, double* scratch) {
  return flow(field, state, out, scratch);
}
EIGENVIEW_CLONES Predictor differential_of(const LinearSimsiam& field, const Dual* state, Dual* out, Dual* scratch) {
  return flow(field, state, out, scratch);
}

double squares(const double* a, int64_t leading, int64_t rows, int64_t cols) {
  double sum = 0;
  for (int64_t i = 0; i < rows; i++) sum += dot(a + i * leading, a + i * leading, cols);
  return sum;
}

// Tr(P S Pᵀ), Tr(P Cᵀ) and ‖P‖², k×k row-major with rows of P `leading` apart.
struct Quadratic {
  double data = 0, cross = 0, size = 0, trace = 0;
};

Quadratic quadratic(const double* p, int64_t leading, const double* s, const double* c, int64_t k) {
  Quadratic sum;
  for (int64_t i = 0; i < k; i++) {
    const double* row = p + i * leading;
    for (int64_t l = 0; l < k; l++) sum.data += row[l] * dot(row, s + l * k, k);
    sum.cross += dot(row, c + i * k, k);
    sum.size += dot(row, row, k);
    sum.trace += row[i];
  }
  return sum;
}

class LinearSimsiamField final : public Field {
 public:
  explicit LinearSimsiamField(LinearSimsiam parameters)
      : Field(parameters.k, width(parameters)), field_(std::move(parameters)) {}
  int64_t scratch() const override { return 5 * k * k + 2 * k * field_.xx.rows; }
  Predictor velocity(const double* state, double* out, double* scratch) const override {
    return velocity_of(field_, state, out, scratch);
  }
  Predictor velocity(const Dual* state, Dual* out, Dual* scratch) const override {
    return differential_of(field_, state, out, scratch);
  }

  Observation observe(const double* all_state, double* scratch) const override {
    const State<const double> state(field_, all_state);
    const Parts<double> parts = moments(field_, state, scratch);
    if (field_.learned) return loss(state, parts, quadratic(state.p, columns, parts.s, parts.c, k));
    double* s = parts.target + k * field_.xx.rows;
    double *c = s + k * k, *p = c + k * k;
    std::copy_n(parts.s, 2 * k * k, s);
    if (predict(k, field_.lambda, s, c) != Predictor::exists) {
      constexpr double none = std::numeric_limits<double>::infinity();
      return {none, none, none};
    }
    transpose(c, k, p);
    const double sum = trace(p, k);
    if (!field_.isotropic) return loss(state, parts, quadratic(p, k, parts.s, parts.c, k));
    if (field_.lambda == 0) {
      const double half = dot(parts.c, parts.c, k * k) / 2;
      return {-half, half, sum};
    }
    const Lyapunov energy = lyapunov(k, 1 / *field_.isotropic, field_.lambda / *field_.isotropic, parts.s, parts.c);
    return {energy.value, energy.magnitude, sum};
  }

  void predictor(const double* all_state, double* out, double* scratch) const override {
    const State<const double> state(field_, all_state);
    if (field_.learned) {
      for (int64_t i = 0; i < k; i++) std::copy_n(state.p + i * columns, k, out + i * k);
      return;
    }
    const Parts<double> parts = moments(field_, state, scratch);
    if (predict(k, field_.lambda, parts.s, parts.c) != Predictor::exists) return fill_not_a_number(out, k * k);
    transpose(parts.c, k, out);
  }

 private:
  Observation loss(const State<const double>& state, const Parts<double>& parts, const Quadratic& p) const {
    const int64_t d = field_.xx.rows;
    double target = field_.scale * field_.scale * trace(parts.s, k);
    if (field_.rate) {
      times_inputs(field_, state.v, columns, parts.data);
      target = 0;
      for (int64_t i = 0; i < k; i++) target += dot(parts.data + i * d, state.v + i * columns, d);
    }
    const double positive = (p.data + target) / 2 + field_.lambda / 2 * (p.size + squares(state.u, columns, k, d));
    return {positive - p.cross, positive + std::fabs(p.cross), p.trace};
  }

  LinearSimsiam field_;
};

}  // namespace

std::unique_ptr<Field> make_field(LinearSimsiam parameters) {
  return std::make_unique<LinearSimsiamField>(std::move(parameters));
}

}  // namespace eigenview::dynamics
