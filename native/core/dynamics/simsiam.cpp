// SimSiam with its optimal predictor in function space: with views of one distribution and an orthonormal dictionary,
// N = UUᵀ, C = U M Uᵀ, P = C (N + λ_P I)⁻¹ and
//
//   U̇ = Pᵀ (U M − P U) − λ_U U,
//
// which is −∂_U of ½ E‖P U(x) − V(y)‖² + λ_P/2 ‖P‖² + λ_U/2 E‖U(x)‖² at its optimal P, with V held fixed and then V = U
// (Chen & He 2021, the stop-gradient). In U′ = U √(λ_U/λ_P), −½ Tr C′² + ⅓ Tr (N′ + λ_U I)³ never increases.
// O(k² m) a velocity for a diagonal M, O(k m²) else.
#include <utility>

#include "field.h"
#include "optimal.h"

namespace eigenview::dynamics {
namespace {

// N and C, k×k each, and U M, k×m.
template <class T>
struct Parts {
  T *n, *c, *um;
  EIGENVIEW_INLINE Parts(int64_t k, T* scratch) : n(scratch), c(n + k * k), um(c + k * k) {}
};

template <class T>
EIGENVIEW_INLINE Parts<T> moments(const Simsiam& field, const T* u, T* scratch) {
  const int64_t k = field.k, m = field.gram.rows;
  const Parts<T> parts(k, scratch);
  field.gram.times(u, m, k, parts.um);
  symmetric_product(u, u, m, k, m, parts.n);
  symmetric_product(parts.um, u, m, k, m, parts.c);
  return parts;
}

template <class T>
EIGENVIEW_INLINE Predictor flow(const Simsiam& field, const T* u, T* out, T* scratch) {
  const int64_t k = field.k, m = field.gram.rows;
  const Parts<T> parts = moments(field, u, scratch);
  const Predictor found = predict(k, field.predictor_ridge, parts.n, parts.c);
  if (found == Predictor::exists) {
    follow(k, m, parts.c, 1, k, u, parts.um, field.encoder_ridge, u, m, out);
  } else {
    fill_not_a_number(out, k * m);
  }
  return found;
}

EIGENVIEW_CLONES Predictor velocity_of(const Simsiam& field, const double* u, double* out, double* scratch) {
  return flow(field, u, out, scratch);
}
EIGENVIEW_CLONES Predictor differential_of(const Simsiam& field, const Dual* u, Dual* out, Dual* scratch) {
  return flow(field, u, out, scratch);
}

EIGENVIEW_CLONES Observation observation_of(const Simsiam& field, const double* u, double* scratch) {
  const int64_t k = field.k;
  const Parts<double> parts = moments(field, u, scratch);
  // U M has been used; N and C are wanted twice. Where m < 2k, scratch() has the room.
  double* copies = parts.um;
  std::copy_n(parts.n, 2 * k * k, copies);
  const double ratio = field.encoder_ridge / field.predictor_ridge;
  const Lyapunov energy = lyapunov(k, ratio, field.encoder_ridge, copies, copies + k * k);
  const Predictor found = predict(k, field.predictor_ridge, parts.n, parts.c);
  const double sum = found == Predictor::exists ? trace(parts.c, k) : std::numeric_limits<double>::infinity();
  return {energy.value, energy.magnitude, sum};
}

class SimsiamField final : public Field {
 public:
  explicit SimsiamField(Simsiam parameters)
      : Field(parameters.k, parameters.gram.rows), field_(std::move(parameters)) {}
  int64_t scratch() const override { return 2 * k * k + k * std::max(columns, 2 * k); }
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
    if (predict(k, field_.predictor_ridge, parts.n, parts.c) != Predictor::exists) return fill_not_a_number(out, k * k);
    transpose(parts.c, k, out);
  }

 private:
  Simsiam field_;
};

}  // namespace

std::unique_ptr<Field> make_field(Simsiam parameters) { return std::make_unique<SimsiamField>(std::move(parameters)); }

}  // namespace eigenview::dynamics
