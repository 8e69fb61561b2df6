#include "integrate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "../linalg/dense.h"
#include "../team.h"
#include "controller.h"
#include "dormand_prince.h"
#include "polish.h"
#include "recorder.h"
#include "rodas.h"

namespace eigenview::dynamics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One trajectory under way.
class Journey {
 public:
  Journey(const Field& field, const double* start, const Integration& how, std::atomic<int64_t>& room,
          const std::atomic<int32_t>* cancelled)
      : field_(field),
        how_(how),
        cancelled_(cancelled),
        n_(field.size()),
        y_(Buffer::copy(start, n_)),
        v_(n_),
        recorder_(field, how, room, out_),
        tolerance_(how.steady_tolerance) {}

  Trajectory run() {
    Buffer scratch(field_.scratch());
    field_.velocity(y_.data(), v_.data(), scratch.data());
    observed_ = recorder_.observe(y_.data());
    recorder_.start(y_.data(), observed_);
    if (std::isfinite(root_mean_square(v_.data(), n_))) {
      begin(scratch);
      out_.reason = travel();
    } else {
      out_.reason = Reason::diverged;
    }
    recorder_.end(y_.data(), t_, out_.reason == Reason::steady);
    out_.final.assign(y_.data(), y_.data() + n_);
    out_.time = t_;
    const double speed = norm(v_.data(), n_);
    out_.speed = std::isfinite(speed) ? speed : kInfinity;
    return std::move(out_);
  }

 private:
  bool is_implicit() const { return rodas_ != nullptr; }

  void begin(Buffer& scratch) {
    if (how_.stepping == Stepping::implicit_only && n_ <= kLargestImplicit) {
      go_implicit();
    } else {
      dormand_prince_ = std::make_unique<DormandPrince>(field_);
      method_ = dormand_prince_.get();
    }
    h_ = first_step(scratch);
  }

  void go_implicit() {
    rodas_ = std::make_unique<Rodas>(field_);
    method_ = rodas_.get();
    moved_ = true;
  }

  // What errors are relative to.
  double scale(double size) const { return how_.atol * how_.amplitude + how_.rtol * size; }

  // Hairer, Nørsett & Wanner I, II.4, in units of 1/rate: an explicit Euler step tells the second derivative.
  double first_step(Buffer& scratch) const {
    constexpr double kLeast = 1e-6;
    const double order = is_implicit() ? 4 : 5;
    const double size = root_mean_square(y_.data(), n_), weight = scale(size);
    if (!(weight > 0)) return kLeast / how_.rate;
    const double state = size / weight, slope = root_mean_square(v_.data(), n_) / (weight * how_.rate);
    const double trial = state <= 1e-5 || slope <= 1e-5 ? kLeast : 0.01 * state / slope;
    Buffer ahead(n_), change(n_);
    for (int64_t j = 0; j < n_; j++) ahead[j] = y_[j] + trial / how_.rate * v_[j];
    field_.velocity(ahead.data(), change.data(), scratch.data());
    for (int64_t j = 0; j < n_; j++) change[j] -= v_[j];
    const double bend = root_mean_square(change.data(), n_) / (weight * how_.rate * trial);
    if (!std::isfinite(bend)) return trial / how_.rate;
    const double steepest = std::max(bend, slope);
    const double h = steepest <= 1e-15 ? std::max(kLeast, 1e-3 * trial) : std::pow(0.01 / steepest, 1 / order);
    return std::min(100 * trial, h) / how_.rate;
  }

  Reason travel() {
    for (;;) {
      if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed) != 0) return Reason::aborted;
      if (moved_ && is_steady()) return Reason::steady;
      if (t_ >= how_.t_max) return Reason::t_max;
      if (out_.accepted + out_.rejected >= how_.max_steps) return Reason::max_steps;
      if (!step()) return Reason::diverged;
    }
  }

  // Tries a step. Whether there is a way on.
  bool step() {
    const bool last = t_ + 1.01 * h_ >= how_.t_max;
    const double h = last ? how_.t_max - t_ : h_;
    const bool solved = method_->attempt(y_.data(), v_.data(), h, std::exchange(moved_, false));
    const double error = method_->error();
    const double size = root_mean_square(method_->state(), n_);
    if (!solved || !std::isfinite(error) || !std::isfinite(size) ||
        !std::isfinite(root_mean_square(method_->velocity(), n_))) {
      overflows_++;
      return reject(controller_.divide(h, 10));
    }
    overflows_ = 0;
    const double weight = scale(std::max(root_mean_square(y_.data(), n_), size));
    const double err = error == 0 ? 0 : error / weight;
    const double exponent = method_->exponent();
    if (err > 1) return reject(controller_.shrink(h, err, exponent));
    Observation ahead{};
    if (how_.descends || how_.save == Save::steps) ahead = recorder_.observe(method_->state());
    if (how_.descends && climbs(ahead) && climbs_ < kMostClimbs) {
      climbs_++;
      return reject(controller_.divide(h, 2));
    }
    climbs_ = 0;
    accept(h, last ? how_.t_max : t_ + h, ahead);
    h_ = controller_.grow(h, err, exponent, !is_implicit());
    if (!is_implicit() && how_.stepping == Stepping::automatic && n_ <= kLargestImplicit && is_stiff()) go_implicit();
    return true;
  }

  // A step so short that time hardly moves tells of a velocity without bound.
  bool reject(double h) {
    out_.rejected++;
    h_ = h;
    return h >= 16 * kEps * std::max(t_, 1e-6 / how_.rate) && overflows_ < kMostOverflows;
  }

  void accept(double h, double end, const Observation& ahead) {
    recorder_.step(*method_, t_, h, end, ahead);
    std::copy_n(method_->state(), n_, y_.data());
    std::copy_n(method_->velocity(), n_, v_.data());
    observed_ = ahead;
    t_ = end;
    moved_ = true;
    out_.accepted++;
    if (is_implicit()) out_.implicit++;
  }

  // Whether the energy rises by more than rounding.
  bool climbs(const Observation& ahead) const {
    return ahead.energy > observed_.energy + 64 * kEps * std::max(observed_.magnitude, ahead.magnitude);
  }

  // Hairer & Wanner II, IV.2: fifteen steps at the edge of the stability region, with fewer than six others in between.
  bool is_stiff() {
    if (dormand_prince_->stiffness() > 3.25) {
      others_ = 0;
      return ++at_edge_ == 15;
    }
    if (++others_ == 6) at_edge_ = 0;
    return false;
  }

  bool is_steady() {
    if (t_ < how_.min_time) return false;
    const double extent = extent_of(y_.data(), n_, how_.amplitude);
    const double speed = norm(v_.data(), n_), rounding = 16 * kEps * how_.rate * extent;
    if (!(speed <= std::max(tolerance_ * how_.relaxation * extent, rounding))) return false;
    if (n_ > kLargestImplicit) return true;
    Polished polished = polish(field_, y_.data(), v_.data(), {how_.rate, how_.relaxation, how_.amplitude});
    Buffer way = Buffer::copy(y_.data(), n_);
    for (int64_t j = 0; j < n_; j++) way[j] -= polished.state[j];
    const bool slowed = speed <= rounding || norm(polished.velocity.data(), n_) < speed;
    if (slowed && norm(way.data(), n_) <= 1e-3 * extent &&
        !(how_.descends && climbs(recorder_.observe(polished.state.data())))) {
      std::swap(y_, polished.state);
      std::swap(v_, polished.velocity);
      return true;
    }
    // Slow, not steady.
    tolerance_ = std::max(1e-14, tolerance_ / 10);
    return false;
  }

  static constexpr int kMostOverflows = 40, kMostClimbs = 8;

  const Field& field_;
  const Integration& how_;
  const std::atomic<int32_t>* cancelled_;
  const int64_t n_;
  double t_ = 0, h_ = 0;
  Buffer y_, v_;
  Observation observed_{};
  Trajectory out_;
  Recorder recorder_;
  std::unique_ptr<DormandPrince> dormand_prince_;
  std::unique_ptr<Rodas> rodas_;
  Method* method_ = nullptr;
  Controller controller_;
  bool moved_ = true;     // since the last attempt
  double tolerance_;      // for the velocity of a steady state
  int overflows_ = 0, climbs_ = 0;  // attempts rejected in a row
  int at_edge_ = 0, others_ = 0;    // of the test for stiffness
};

}  // namespace

std::vector<Trajectory> integrate(const Field& field, const double* starts, int64_t count,
                                  const Integration& integration, int threads, const std::atomic<int32_t>* cancelled) {
  std::vector<Trajectory> trajectories(static_cast<size_t>(count));
  std::atomic<int64_t> room{integration.room};
  for_each(count, threads, [&](int64_t i) {
    const double* start = starts + i * field.size();
    trajectories[static_cast<size_t>(i)] = Journey(field, start, integration, room, cancelled).run();
  });
  return trajectories;
}

}  // namespace eigenview::dynamics
