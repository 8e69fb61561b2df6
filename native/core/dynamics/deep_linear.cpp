// Balanced deep linear networks on decoupled features (Littwin et al. 2024): w of each feature is the product of an
// encoder's L weights, and
//
//   latent prediction   ẇ = κ w^{3 − 1/L} − (κ/ρ) w³,   to ρ^L,
//   reconstruction      ẇ = κ w^{2 − 1/L} − (κ/ρ) w³,   to ρ^{L/(L + 1)};
//
// a feature's predictor weighs w^{1/L}. Powers are those of |w|, with the sign of w. The energy is minus the integral
// of the velocity.
#include <utility>

#include "field.h"

namespace eigenview::dynamics {
namespace {

class DeepLinearField final : public Field {
 public:
  explicit DeepLinearField(DeepLinear parameters)
      : Field(1, parameters.rho.size()),
        field_(std::move(parameters)),
        power_((field_.latent ? 3 : 2) - 1 / field_.depth) {}
  int64_t scratch() const override { return 0; }
  int64_t predictor_size() const override { return columns; }
  Predictor velocity(const double* state, double* out, double*) const override { return flow(state, out); }
  Predictor velocity(const Dual* state, Dual* out, Dual*) const override { return flow(state, out); }

  Observation observe(const double* state, double*) const override {
    Observation sum{0, 0, 0};
    for (int64_t j = 0; j < columns; j++) {
      const double w = std::fabs(state[j]), kappa = field_.kappa[j];
      const double gain = kappa * std::pow(w, power_ + 1) / (power_ + 1);
      const double loss = kappa / field_.rho[j] * (w * w) * (w * w) / 4;
      sum.energy += loss - gain;
      sum.magnitude += std::fabs(loss) + std::fabs(gain);
      sum.trace += signed_power(state[j], 1 / field_.depth);
    }
    return sum;
  }

  void predictor(const double* state, double* out, double*) const override {
    for (int64_t j = 0; j < columns; j++) out[j] = signed_power(state[j], 1 / field_.depth);
  }

 private:
  template <class T>
  Predictor flow(const T* w, T* out) const {
    for (int64_t j = 0; j < columns; j++) {
      const double kappa = field_.kappa[j];
      out[j] = kappa * signed_power(w[j], power_) - kappa / field_.rho[j] * (w[j] * w[j] * w[j]);
    }
    return Predictor::exists;
  }

  DeepLinear field_;
  double power_;
};

}  // namespace

std::unique_ptr<Field> make_field(DeepLinear parameters) {
  return std::make_unique<DeepLinearField>(std::move(parameters));
}

}  // namespace eigenview::dynamics
