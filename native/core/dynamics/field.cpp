#include "field.h"

#include <algorithm>

#include "../failure.h"
#include "../team.h"

namespace eigenview::dynamics {

namespace {

void check_predictor(Predictor found) {
  if (found == Predictor::singular) throw Failure(Status::singular);
}

// 32-bit shapes, as everywhere at the boundary.
int extent(int64_t n) {
  if (n > INT32_MAX) throw Failure(Status::too_large);
  return static_cast<int>(n);
}

}  // namespace

Evaluation evaluate(const Field& field, const double* state) {
  Buffer scratch(field.scratch());
  Evaluation evaluation{Buffer(field.size()), Buffer(field.predictor_size()), 0, 0};
  check_predictor(field.velocity(state, evaluation.velocity.data(), scratch.data()));
  field.predictor(state, evaluation.predictor.data(), scratch.data());
  const Observation observed = field.observe(state, scratch.data());
  evaluation.energy = observed.energy;
  evaluation.trace = observed.trace;
  return evaluation;
}

Differentiator::Differentiator(const Field& field)
    : field_(field),
      state_(new Dual[static_cast<size_t>(field.size())]),
      velocity_(new Dual[static_cast<size_t>(field.size())]),
      scratch_(new Dual[static_cast<size_t>(field.scratch())]) {}

Predictor Differentiator::columns(const double* state, int64_t first, double* out) {
  const int64_t n = field_.size();
  const int64_t count = std::min<int64_t>(kDirections, n - first);
  for (int64_t i = 0; i < n; i++) state_[static_cast<size_t>(i)] = Dual(state[i]);
  for (int64_t i = 0; i < count; i++) state_[static_cast<size_t>(first + i)].along[i] = 1;
  const Predictor found = field_.velocity(state_.get(), velocity_.get(), scratch_.get());
  for (int64_t i = 0; i < n; i++) std::copy_n(velocity_[static_cast<size_t>(i)].along, count, out + i * n + first);
  return found;
}

void Differentiator::jacobian(const double* state, double* out) {
  for (int64_t first = 0; first < field_.size(); first += kDirections) columns(state, first, out);
}

Matrix jacobian(const Field& field, const double* state, int threads, const std::atomic<int32_t>* cancelled) {
  const int n = extent(field.size());
  Matrix out(n, n);
  // Each thread's share of scratch is made once: a run of columns at a time.
  const int64_t blocks = (n + kDirections - 1) / kDirections;
  const int64_t runs = std::min<int64_t>(blocks, 4 * static_cast<int64_t>(threads));
  for_each(runs, threads, [&](int64_t run) {
    Differentiator differentiator(field);
    for (int64_t block = blocks * run / runs; block < blocks * (run + 1) / runs; block++) {
      if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed) != 0) throw Failure(Status::cancelled);
      check_predictor(differentiator.columns(state, block * kDirections, out.data.data()));
    }
  });
  return out;
}

}  // namespace eigenview::dynamics
