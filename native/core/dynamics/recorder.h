// What a trajectory keeps on its way.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "../failure.h"
#include "integrate.h"
#include "method.h"

namespace eigenview::dynamics {

// Never NaN: a state whose energy overflows has an infinite one.
inline Observation finite_or_infinite(Observation observed) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!std::isfinite(observed.energy)) observed.energy = infinity;
  if (!std::isfinite(observed.trace)) observed.trace = infinity;
  return observed;
}

class Recorder {
 public:
  // `room` is shared by all trajectories, `out` is this one's.
  Recorder(const Field& field, const Integration& integration, std::atomic<int64_t>& room, Trajectory& out)
      : field_(field),
        integration_(integration),
        room_(room),
        out_(out),
        state_(field.size()),
        scratch_(field.scratch()) {}

  Observation observe(const double* state) { return finite_or_infinite(field_.observe(state, scratch_.data())); }

  void start(const double* state, const Observation& observed) {
    if (integration_.save != Save::times) return keep(0, state, observed);
    while (pending() && integration_.times[next_] <= 0) {
      keep(integration_.times[next_], state, observed);
      next_++;
    }
  }

  // An accepted step of `method` from t to t + h = end, where `observed` is wanted only if it is to be kept.
  void step(const Method& method, double t, double h, double end, const Observation& observed) {
    if (integration_.save == Save::steps) return keep(end, method.state(), observed);
    if (integration_.save != Save::times) return;
    for (; pending() && integration_.times[next_] <= end; next_++) {
      const double time = integration_.times[next_];
      if (time == end) {
        keep(time, method.state(), observe(method.state()));
      } else {
        method.between((time - t) / h, state_.data());
        keep(time, state_.data(), observe(state_.data()));
      }
    }
  }

  // The last state, at `time`: for good if it is steady.
  void end(const double* state, double time, bool steady) {
    if (integration_.save == Save::ends) return keep(time, state, observe(state));
    if (!steady) return;
    if (!out_.times.empty() && out_.times.back() == time) replace_last(state);
    for (; pending(); next_++) keep(integration_.times[next_], state, observe(state));
  }

 private:
  bool pending() const {
    return integration_.save == Save::times && next_ < integration_.times.size();
  }
  void keep(double time, const double* state, const Observation& observed) {
    if (room_.fetch_sub(field_.size(), std::memory_order_relaxed) < field_.size()) throw Failure(Status::too_large);
    out_.times.push_back(time);
    out_.states.insert(out_.states.end(), state, state + field_.size());
    out_.energy.push_back(observed.energy);
    out_.trace.push_back(observed.trace);
  }
  void replace_last(const double* state) {
    const Observation observed = observe(state);
    std::copy_n(state, field_.size(), out_.states.end() - field_.size());
    out_.energy.back() = observed.energy;
    out_.trace.back() = observed.trace;
  }

  const Field& field_;
  const Integration& integration_;
  std::atomic<int64_t>& room_;
  Trajectory& out_;
  Buffer state_, scratch_;
  size_t next_ = 0;
};

}  // namespace eigenview::dynamics
