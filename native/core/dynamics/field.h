// The vector fields of function-space dynamics, each from its parameters. Formulas stand with each field's source; a
// state is a k×columns matrix, row-major, of n numbers in all.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "../buffer.h"
#include "rows.h"

namespace eigenview::dynamics {

struct Observation {
  // The Lyapunov function where there is one, else the loss.
  double energy;
  // Sum of the magnitudes of its terms: what its rounding is relative to.
  double magnitude;
  // Tr P.
  double trace;
};

// All functions are pure and may be called from any thread with scratch of one's own. A state that has no predictor, or
// is too large for double precision, gives numbers that are not finite.
class Field {
 public:
  const int64_t k, columns;

  virtual ~Field() = default;
  int64_t size() const { return k * columns; }

  // Numbers of scratch that every function below needs.
  virtual int64_t scratch() const = 0;
  virtual Predictor velocity(const double* state, double* out, double* scratch) const = 0;
  virtual Predictor velocity(const Dual* state, Dual* out, Dual* scratch) const = 0;
  virtual Observation observe(const double* state, double* scratch) const = 0;
  // k×k, or 1×columns for deep linear networks.
  virtual void predictor(const double* state, double* out, double* scratch) const = 0;
  virtual int64_t predictor_size() const { return k * k; }

 protected:
  Field(int64_t rows, int64_t cols) : k(rows), columns(cols) {}
};

struct Simsiam {
  int64_t k;
  Constant gram;
  double predictor_ridge, encoder_ridge;
};

struct Peira {
  int64_t k;
  Constant gram;
  double lambda;
  bool shared;
};

struct LinearSimsiam {
  int64_t k;
  Constant xx, xy;
  std::optional<double> isotropic;  // a, where xx = a I
  double lambda;
  bool learned;                // else the optimal predictor
  std::optional<double> rate;  // V is part of the state, V̇ = rate (U − V); else V = scale U
  double scale;
};

struct DeepLinear {
  Buffer rho, kappa;
  double depth;
  bool latent;  // latent prediction, else reconstruction
};

std::unique_ptr<Field> make_field(Simsiam parameters);
std::unique_ptr<Field> make_field(Peira parameters);
std::unique_ptr<Field> make_field(LinearSimsiam parameters);
std::unique_ptr<Field> make_field(DeepLinear parameters);

struct Evaluation {
  Buffer velocity, predictor;
  double energy, trace;
};

// Throws singular where an optimal predictor without a ridge does not exist.
Evaluation evaluate(const Field& field, const double* state);

// ∂velocity/∂state, n×n, on `threads` threads with the same bits at any number of them. Throws as evaluate, or
// cancelled.
Matrix jacobian(const Field& field, const double* state, int threads, const std::atomic<int32_t>* cancelled);

// What one thread needs to differentiate a field.
class Differentiator {
 public:
  explicit Differentiator(const Field& field);
  // n×n numbers from `out` on.
  void jacobian(const double* state, double* out);
  // Columns [first, first + 8) of it, as many as there are.
  Predictor columns(const double* state, int64_t first, double* out);

 private:
  const Field& field_;
  std::unique_ptr<Dual[]> state_, velocity_, scratch_;
};

}  // namespace eigenview::dynamics
