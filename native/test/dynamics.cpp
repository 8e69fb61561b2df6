// The dynamics' fields and integrators: Jacobians against central differences, dense against diagonal, orders of
// convergence in fixed steps, limits known in closed form; overflow, cancellation, and that threads and company change
// no bit.
#include "../core/dynamics/integrate.h"

#include <chrono>
#include <thread>

#include "../core/blas_threads.h"
#include "../core/dynamics/dormand_prince.h"
#include "../core/dynamics/rodas.h"
#include "../core/linalg/dense.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;
using namespace eigenview::dynamics;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

Constant constant(const Matrix& a) {
  Constant made;
  made.rows = a.rows;
  made.cols = a.cols;
  made.numbers = Buffer::copy(a.data.data(), a.size());
  return made;
}

Constant diagonal_constant(const std::vector<double>& values) {
  Constant made;
  made.rows = made.cols = static_cast<int64_t>(values.size());
  made.diagonal = true;
  made.numbers = Buffer::copy(values.data(), made.rows);
  return made;
}

Buffer to_buffer(const std::vector<double>& values) {
  return Buffer::copy(values.data(), static_cast<int64_t>(values.size()));
}

// 1, 0.8, 0.64, …
std::vector<double> spectrum(int m) {
  std::vector<double> values;
  for (int i = 0; i < m; i++) values.push_back(std::pow(0.8, i));
  return values;
}

struct Case {
  std::string name;
  std::unique_ptr<Field> field;
};

LinearSimsiam linear(int k, int d, bool learned, std::optional<double> rate, std::optional<double> isotropic) {
  const Matrix xx = isotropic ? times(identity(d), *isotropic) : random_definite(d, 21);
  return {k, constant(xx), constant(random_symmetric(d, 22)), isotropic, 0.07, learned, rate, rate ? 1 : 0.8};
}

std::vector<Case> cases() {
  std::vector<Case> all;
  // Sizes that leave remainders of every unrolled loop.
  const auto add = [&](const char* name, std::unique_ptr<Field> field) { all.push_back({name, std::move(field)}); };
  add("simsiam", make_field(Simsiam{5, constant(random_symmetric(11, 1)), 0.1, 0.05}));
  add("simsiam, diagonal", make_field(Simsiam{3, diagonal_constant(spectrum(9)), 0.1, 0.05}));
  add("simsiam, k = 1", make_field(Simsiam{1, diagonal_constant(spectrum(2)), 0.1, 0.05}));
  add("peira, two", make_field(Peira{3, constant(random_matrix(7, 10, 2)), 0.2, false}));
  add("peira, two, diagonal", make_field(Peira{4, diagonal_constant(spectrum(6)), 0.2, false}));
  add("peira, shared", make_field(Peira{5, constant(random_symmetric(9, 3)), 0.2, true}));
  add("peira, shared, diagonal", make_field(Peira{2, diagonal_constant(spectrum(8)), 0.2, true}));
  add("linear, optimal", make_field(linear(3, 7, false, std::nullopt, std::nullopt)));
  add("linear, optimal, isotropic", make_field(linear(3, 7, false, std::nullopt, 1.7)));
  add("linear, learned", make_field(linear(3, 7, true, std::nullopt, std::nullopt)));
  add("linear, learned, moving average", make_field(linear(4, 6, true, 0.3, std::nullopt)));
  for (const double depth : {1.0, 3.0}) {
    for (const bool latent : {true, false}) {
      add("deep linear", make_field(DeepLinear{to_buffer({0.9, 0.5, 0.2}), to_buffer({1, 0.3, 2}), depth, latent}));
    }
  }
  return all;
}

Buffer state_of(const Field& field, uint64_t seed, double scale) {
  Matrix state = times(random_matrix(static_cast<int>(field.k), static_cast<int>(field.columns), seed), scale);
  return std::move(state.data);
}

double size_of(const Buffer& x) { return eigenview::norm(x.data(), x.size()); }

Buffer velocity_at(const Field& field, const Buffer& state) {
  Buffer scratch(field.scratch()), out(field.size());
  field.velocity(state.data(), out.data(), scratch.data());
  return out;
}

double energy_at(const Field& field, const Buffer& state) {
  Buffer scratch(field.scratch());
  return field.observe(state.data(), scratch.data()).energy;
}

// Central differences of order 6 with a step of 1e-3: 1e-18 of truncation in units of the seventh derivative, 1e-13 of
// rounding.
template <class At>
double derivative(const At& at) {
  constexpr double h = 1e-3;
  return (45 * (at(h) - at(-h)) - 9 * (at(2 * h) - at(-2 * h)) + (at(3 * h) - at(-3 * h))) / (60 * h);
}

void fields() {
  for (const Case& each : cases()) {
    const Field& field = *each.field;
    const Buffer state = state_of(field, 5, 0.9);
    const int64_t n = field.size();
    const auto moved = [&](int64_t j, double by) {
      Buffer there = Buffer::copy(state.data(), n);
      there[j] += by;
      return there;
    };
    test(each.name + ": the Jacobian is that of central differences", [&] {
      const Matrix exact = jacobian(field, state.data(), 1, nullptr);
      for (int64_t j = 0; j < n; j++) {
        // All components from the same six states.
        std::vector<Buffer> at;
        for (int step = -3; step <= 3; step++) at.push_back(velocity_at(field, moved(j, 1e-3 * step)));
        for (int64_t i = 0; i < n; i++) {
          const auto value = [&](double h) { return at[static_cast<size_t>(std::lround(1e3 * h) + 3)][i]; };
          CHECK_AT_MOST(std::fabs(derivative(value) - exact(i, j)), 1e-9 * (1 + checks::size_of(exact)));
        }
      }
    });
    test(each.name + ": the Jacobian has the same bits at every number of threads", [&] {
      const Matrix one = jacobian(field, state.data(), 1, nullptr);
      for (const int threads : {2, 3, 8}) CHECK(same_bits(one, jacobian(field, state.data(), threads, nullptr)));
    });
  }
  test("where the flow is a gradient's, the velocity is that of the energy", [] {
    for (const Case& each : cases()) {
      if (each.name.find("peira") != 0 && each.name.find("deep") != 0) continue;
      const Buffer state = state_of(*each.field, 6, 0.7);
      const Buffer velocity = velocity_at(*each.field, state);
      for (int64_t j = 0; j < state.size(); j++) {
        const double slope = derivative([&](double h) {
          Buffer there = Buffer::copy(state.data(), state.size());
          there[j] += h;
          return energy_at(*each.field, there);
        });
        CHECK_AT_MOST(std::fabs(slope + velocity[j]), 1e-9 * (1 + size_of(velocity)));
      }
    }
  });
  test("a dense diagonal gram and its diagonal say the same", [] {
    const std::vector<double> s = spectrum(13);
    const auto agree = [](const Field& a, const Field& b) {
      const Buffer state = state_of(a, 7, 0.8);
      const Evaluation one = evaluate(a, state.data()), other = evaluate(b, state.data());
      for (int64_t i = 0; i < state.size(); i++) CHECK_AT_MOST(std::fabs(one.velocity[i] - other.velocity[i]), 1e-13);
      CHECK_AT_MOST(std::fabs(one.energy - other.energy), 1e-13);
      CHECK_AT_MOST(std::fabs(one.trace - other.trace), 1e-13);
    };
    agree(*make_field(Simsiam{4, constant(diagonal(s)), 0.1, 0.2}),
          *make_field(Simsiam{4, diagonal_constant(s), 0.1, 0.2}));
    for (const bool shared : {true, false}) {
      agree(*make_field(Peira{4, constant(diagonal(s)), 0.1, shared}),
            *make_field(Peira{4, diagonal_constant(s), 0.1, shared}));
    }
  });
  test("without a ridge, a state of deficient rank has no predictor", [] {
    LinearSimsiam parameters = linear(2, 4, false, std::nullopt, 1.0);
    parameters.lambda = 0;
    const auto field = make_field(std::move(parameters));
    const Buffer state = to_buffer({1, 2, 3, 4, 2, 4, 6, 8});
    FAILURE_OF(Status::singular, evaluate(*field, state.data()));
    FAILURE_OF(Status::singular, jacobian(*field, state.data(), 2, nullptr));
  });
}

// The SimSiam of the tests of integration: correlations 0.8^i, λ = 0.1 for both ridges; f = ½ (s + √(s² − 4λ)).
constexpr double kRidge = 0.1;
std::unique_ptr<Field> simsiam(int k = 3, int m = 6) {
  return make_field(Simsiam{k, diagonal_constant(spectrum(m)), kRidge, kRidge});
}

Integration plan() {
  Integration how;
  how.t_max = kInfinite;
  how.min_time = 1;
  how.rtol = 1e-8;
  how.atol = 1e-10;
  how.steady_tolerance = 1e-8;
  how.max_steps = 100000;
  how.descends = true;
  how.room = int64_t{1} << 27;
  return how;
}

// The state at time 1 in `steps` equal steps, and the worst of the continuous output midway, against `exact(t)`.
struct Errors {
  double end, between;
};
template <class Exact>
Errors fixed_steps(Method& method, const Field& field, const Buffer& start, int steps, const Exact& exact) {
  const int64_t n = field.size();
  Buffer y = Buffer::copy(start.data(), n), v = velocity_at(field, start), inner(n);
  const auto off = [&](const double* state, double t) {
    const Buffer there = exact(t);
    for (int64_t i = 0; i < n; i++) inner[i] = state[i] - there[i];
    return size_of(inner);
  };
  Errors errors{0, 0};
  for (int i = 0; i < steps; i++) {
    method.attempt(y.data(), v.data(), 1.0 / steps, true);
    Buffer middle(n);
    method.between(0.5, middle.data());
    errors.between = std::max(errors.between, off(middle.data(), (i + 0.5) / steps));
    std::copy_n(method.state(), n, y.data());
    std::copy_n(method.velocity(), n, v.data());
  }
  errors.end = off(y.data(), 1);
  return errors;
}

// Trajectories are no elementary functions of t, so the reference is the method itself in many steps.
template <class Make>
void converges(const char* name, double order, double dense, const Make& make) {
  test(std::string(name) + " has its orders, of steps and of continuous output", [&] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 8, 1);
    std::vector<Buffer> fine;
    {
      // 1/1024 apart; times of the coarse runs' ends and midpoints are among them.
      const auto method = make(*field);
      Buffer y = Buffer::copy(start.data(), start.size()), v = velocity_at(*field, start);
      fine.push_back(Buffer::copy(y.data(), y.size()));
      for (int i = 0; i < 1024; i++) {
        method->attempt(y.data(), v.data(), 1.0 / 1024, true);
        std::copy_n(method->state(), y.size(), y.data());
        std::copy_n(method->velocity(), y.size(), v.data());
        fine.push_back(Buffer::copy(y.data(), y.size()));
      }
    }
    const auto exact = [&](double t) {
      const Buffer& there = fine[static_cast<size_t>(std::lround(1024 * t))];
      return Buffer::copy(there.data(), there.size());
    };
    const auto method = make(*field);
    const Errors coarse = fixed_steps(*method, *field, start, 4, exact);
    const Errors half = fixed_steps(*method, *field, start, 8, exact);
    CHECK(half.end > 1e-14);
    CHECK_AT_MOST(std::fabs(std::log2(coarse.end / half.end) - order), 0.4);
    // Continuous output of order p is off by h^{p + 1}: its errors do not add up.
    CHECK_AT_MOST(std::fabs(std::log2(coarse.between / half.between) - dense), 0.4);
  });
  test(std::string(name) + ": continuous output meets both ends", [&] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 8, 1);
    const Buffer v = velocity_at(*field, start);
    const auto method = make(*field);
    method->attempt(start.data(), v.data(), 0.1, true);
    Buffer out(start.size());
    method->between(0, out.data());
    for (int64_t i = 0; i < out.size(); i++) CHECK_AT_MOST(std::fabs(out[i] - start[i]), 1e-15);
    method->between(1, out.data());
    for (int64_t i = 0; i < out.size(); i++) CHECK_AT_MOST(std::fabs(out[i] - method->state()[i]), 1e-15);
  });
}

void methods() {
  converges("DOPRI5", 5, 5, [](const Field& field) { return std::make_unique<DormandPrince>(field); });
  converges("RODAS", 4, 4, [](const Field& field) { return std::make_unique<Rodas>(field); });
}

double filter(double s) { return s * s >= 4 * kRidge ? (s + std::sqrt(s * s - 4 * kRidge)) / 2 : 0; }

void limits() {
  for (const auto stepping : {Stepping::automatic, Stepping::explicit_only, Stepping::implicit_only}) {
    test("SimSiam ends at f(s), to rounding, stepping " + std::to_string(static_cast<int>(stepping)), [&] {
      const auto field = simsiam();
      const Buffer start = state_of(*field, 9, 1.5);
      Integration how = plan();
      how.stepping = stepping;
      const Trajectory end = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
      CHECK(end.reason == Reason::steady);
      CHECK((stepping == Stepping::implicit_only) == (end.implicit == end.accepted));
      CHECK_AT_MOST(end.speed, 1e-14);
      double trace = 0;
      for (size_t j = 0; j < 6; j++) {
        double square = 0;
        for (size_t i = 0; i < 3; i++) square += end.final[6 * i + j] * end.final[6 * i + j];
        // The first three correlations; 0.64² > 4λ.
        const double expected = j < 3 ? filter(std::pow(0.8, j)) : 0;
        CHECK_AT_MOST(std::fabs(std::sqrt(square) - expected), 1e-12);
        trace += expected;
      }
      CHECK_AT_MOST(std::fabs(end.trace.back() - trace), 1e-12);
      CHECK(end.times.size() == 2 && end.times[0] == 0 && end.times[1] == end.time);
      for (size_t i = 0; i < 18; i++) CHECK(end.states[18 + i] == end.final[i]);
    });
  }
  test("amplitudes that relax slowly, at λ, are right as well", [] {
    constexpr double kSmall = 1e-5;
    const auto field = make_field(Simsiam{2, diagonal_constant(spectrum(4)), kSmall, kSmall});
    const Buffer start = state_of(*field, 16, 1);
    Integration how = plan();
    how.steady_tolerance = 1e-9;
    how.relaxation = kSmall;
    const Trajectory end = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(end.reason == Reason::steady && end.implicit > 0 && end.accepted < 1000);
    for (size_t j = 0; j < 2; j++) {
      const double s = std::pow(0.8, j), expected = (s + std::sqrt(s * s - 4 * kSmall)) / 2;
      CHECK_AT_MOST(std::fabs(std::hypot(end.final[j], end.final[4 + j]) - expected), 1e-9);
    }
  });
  test("slow is not steady where a polish cannot slow it down", [] {
    // Depth 1: ẇ = w² − w³, fastest at 2/3, where the Jacobian vanishes.
    const auto field = make_field(DeepLinear{to_buffer({1}), to_buffer({1}), 1, true});
    const Buffer start = to_buffer({2.0 / 3});
    Integration how = plan();
    how.steady_tolerance = 0.5;
    how.min_time = 0;
    how.descends = false;
    const Trajectory end = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(end.reason == Reason::steady && end.accepted > 0);
    CHECK_AT_MOST(std::fabs(end.final[0] - 1), 1e-14);
  });
  test("a stiff field goes on implicitly", [] {
    // Features a million apart in energy: the fast one soon at rest, the slow one on its way.
    const auto field = make_field(DeepLinear{to_buffer({0.9, 0.5}), to_buffer({1e6, 1}), 1, true});
    const Buffer start = to_buffer({0.95, 0.01});
    Integration how = plan();
    const Trajectory end = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(end.reason == Reason::steady && end.implicit > 0 && end.accepted < 1000);
    CHECK_AT_MOST(std::fabs(end.final[0] - 0.9), 1e-14);
    CHECK_AT_MOST(std::fabs(end.final[1] - 0.5), 1e-14);
  });
  test("given times, the start and those after the steady state among them", [] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 10, 1);
    Integration how = plan();
    how.save = Save::times;
    how.times = {0, 0.5, 0.5, 3, 1e6};
    const Trajectory all = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(all.times == how.times);
    CHECK(same_bits(all.states.data(), start.data(), 18));
    CHECK(same_bits(all.states.data() + 4 * 18, all.final.data(), 18));
    how.t_max = 3;
    how.save = Save::ends;
    const Trajectory to = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(to.reason == Reason::t_max && to.time == 3);
    for (size_t i = 0; i < 18; i++) CHECK_AT_MOST(std::fabs(to.final[i] - all.states[3 * 18 + i]), 1e-6);
  });
  test("no step raises the energy by more than rounding", [] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 11, 3);
    Integration how = plan();
    how.save = Save::steps;
    how.rtol = how.atol = 1e-3;
    const Trajectory all = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(all.times.size() == static_cast<size_t>(all.accepted) + 1);
    for (size_t i = 1; i < all.energy.size(); i++) CHECK_AT_MOST(all.energy[i] - all.energy[i - 1], 1e-12);
  });
}

void ends() {
  test("overflow: no NaN, no hang", [] {
    for (const Case& each : cases()) {
      for (const double scale : {1e60, 1e100, 1e160, 1e308}) {
        for (const auto stepping : {Stepping::automatic, Stepping::implicit_only}) {
          const Buffer start = state_of(*each.field, 12, scale);
          Integration how = plan();
          how.stepping = stepping;
          how.descends = false;
          how.max_steps = 300;
          const Trajectory end = std::move(integrate(*each.field, start.data(), 1, how, 1, nullptr)[0]);
          CHECK(all_finite(end.final.data(), start.size()));
          CHECK(!std::isnan(end.speed) && !std::isnan(end.time));
          for (const double energy : end.energy) CHECK(!std::isnan(energy));
          for (const double trace : end.trace) CHECK(!std::isnan(trace));
          if (scale < 1e308) continue;
          CHECK(end.reason == Reason::diverged && end.time == 0 && end.speed == kInfinite);
          CHECK(same_bits(end.final.data(), start.data(), start.size()));
        }
      }
    }
  });
  test("where the predictor ceases to exist, the trajectory has diverged", [] {
    LinearSimsiam parameters = linear(2, 4, false, std::nullopt, 1.0);
    parameters.lambda = 0;
    const auto field = make_field(std::move(parameters));
    const Buffer start = to_buffer({1, 2, 3, 4, 2, 4, 6, 8});
    const Trajectory end = std::move(integrate(*field, start.data(), 1, plan(), 1, nullptr)[0]);
    CHECK(end.reason == Reason::diverged && end.time == 0);
    CHECK(end.trace[0] == kInfinite && end.energy[0] == kInfinite);
  });
  test("as many steps as allowed, rejected ones among them", [] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 13, 1);
    Integration how = plan();
    how.max_steps = 17;
    const Trajectory end = std::move(integrate(*field, start.data(), 1, how, 1, nullptr)[0]);
    CHECK(end.reason == Reason::max_steps && end.accepted + end.rejected == 17);
  });
  test("no room", [] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 14, 1);
    Integration how = plan();
    how.save = Save::steps;
    how.room = 18 * 5;
    FAILURE_OF(Status::too_large, integrate(*field, start.data(), 1, how, 1, nullptr));
    FAILURE_OF(Status::too_large, integrate(*field, start.data(), 1, how, 4, nullptr));
  });
  test("the same bits at every number of threads, and alone", [] {
    const auto field = simsiam();
    constexpr int64_t kCount = 12;
    Buffer starts(kCount * field->size());
    for (int64_t i = 0; i < kCount; i++) {
      const Buffer start = state_of(*field, 100 + static_cast<uint64_t>(i), 1);
      std::copy_n(start.data(), start.size(), starts.data() + i * start.size());
    }
    Integration how = plan();
    how.save = Save::steps;
    const auto expected = integrate(*field, starts.data(), kCount, how, 1, nullptr);
    const auto same = [](const Trajectory& a, const Trajectory& b) {
      return a.times == b.times && a.states == b.states && a.energy == b.energy && a.trace == b.trace &&
             a.final == b.final && a.speed == b.speed && a.rejected == b.rejected;
    };
    for (const int threads : {2, 5}) {
      const auto got = integrate(*field, starts.data(), kCount, how, threads, nullptr);
      for (size_t i = 0; i < kCount; i++) CHECK(same(got[i], expected[i]));
    }
    const auto alone = integrate(*field, starts.data() + 7 * field->size(), 1, how, 1, nullptr);
    CHECK(same(alone[0], expected[7]));
  });
  test("cancelled, all end as they are", [] {
    const auto field = simsiam();
    const Buffer start = state_of(*field, 15, 1);
    Buffer starts(40 * start.size());
    for (int64_t i = 0; i < 40; i++) std::copy_n(start.data(), start.size(), starts.data() + i * start.size());
    Integration how = plan();
    // Never steady.
    how.min_time = kInfinite;
    how.max_steps = int64_t{1} << 50;
    how.rtol = how.atol = 1e-14;
    std::atomic<int32_t> cancelled{0};
    std::thread canceller([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      cancelled = 1;
    });
    const auto got = integrate(*field, starts.data(), 40, how, 2, &cancelled);
    canceller.join();
    for (const Trajectory& each : got) {
      CHECK(each.reason == Reason::aborted && all_finite(each.final.data(), start.size()));
      CHECK(std::isfinite(each.energy[0]) && each.times.size() == 2);
    }
    CHECK(got[0].accepted > 0 && got[0].time > 0);
    CHECK(got[39].accepted == 0 && got[39].time == 0 && same_bits(got[39].final.data(), start.data(), start.size()));
    FAILURE_OF(Status::cancelled, jacobian(*field, start.data(), 2, &cancelled));
  });
}

}  // namespace

int main() {
  const BlasThreads single(1);
  fields();
  methods();
  limits();
  ends();
  return finish();
}
