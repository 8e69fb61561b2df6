#include <memory>
#include <string>

#include "../core/dynamics/integrate.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

using dynamics::Constant;
using dynamics::Field;

Buffer to_buffer(const Napi::Value& value) {
  const Numbers numbers(value);
  Buffer buffer(numbers.size);
  numbers.copy(0, numbers.size, buffer.data());
  return buffer;
}

// One number a row is a diagonal.
Constant to_constant(Napi::Env env, const Napi::Value& value, int rows, int cols) {
  const Numbers numbers(value);
  Constant constant;
  constant.rows = rows;
  constant.cols = cols;
  constant.diagonal = rows == cols && numbers.size == rows;
  if (!constant.diagonal && numbers.size != static_cast<int64_t>(rows) * cols) throw detached(env);
  constant.numbers = Buffer(numbers.size);
  numbers.copy(0, numbers.size, constant.numbers.data());
  return constant;
}

// { kind, k, rows, cols, first: Float64Array, second?: Float64Array, and what the kind has beside }:
// src/backends/native/dynamics.ts writes it. `first` and `second` are M; or Σ and K; or ρ and κ.
std::shared_ptr<const Field> to_field(Napi::Env env, const Napi::Value& value) {
  const auto object = value.As<Napi::Object>();
  const std::string kind = object.Get("kind").As<Napi::String>();
  const auto number = [&](const char* name) { return object.Get(name).As<Napi::Number>().DoubleValue(); };
  const auto flag = [&](const char* name) { return object.Get(name).As<Napi::Boolean>().Value(); };
  const int k = to_int(object.Get("k")), rows = to_int(object.Get("rows")), cols = to_int(object.Get("cols"));
  if (kind == "deep-linear") {
    Buffer rho = to_buffer(object.Get("first")), kappa = to_buffer(object.Get("second"));
    if (rho.size() != cols || kappa.size() != cols) throw detached(env);
    return make_field(dynamics::DeepLinear{std::move(rho), std::move(kappa), number("depth"), flag("latent")});
  }
  Constant first = to_constant(env, object.Get("first"), rows, cols);
  if (kind == "simsiam") {
    return make_field(dynamics::Simsiam{k, std::move(first), number("predictorRidge"), number("encoderRidge")});
  }
  if (kind == "peira") return make_field(dynamics::Peira{k, std::move(first), number("lambda"), flag("shared")});
  if (kind != "linear-simsiam") throw to_error(env, Failure(Status::internal));
  Constant second = to_constant(env, object.Get("second"), rows, cols);
  return make_field(dynamics::LinearSimsiam{k, std::move(first), std::move(second),
                                            to_optional(object.Get("isotropic")), number("lambda"), flag("learned"),
                                            to_optional(object.Get("rate")), number("scale")});
}

// `count` states one behind the other.
Buffer to_states(Napi::Env env, const Napi::Value& value, const Field& field, int64_t count) {
  Buffer states = to_buffer(value);
  if (states.size() != count * field.size()) throw detached(env);
  return states;
}

// evaluate(field, state): { velocity, predictor, energy, trace }.
struct EvaluateJob {
  std::shared_ptr<const Field> field;
  Buffer state;
  dynamics::Evaluation evaluation;

  explicit EvaluateJob(const Napi::CallbackInfo& info)
      : field(to_field(info.Env(), info[0])), state(to_states(info.Env(), info[1], *field, 1)) {}
  int blas_threads() const { return 1; }
  void run() { evaluation = evaluate(*field, state.data()); }
  Napi::Value result(Napi::Env env) const {
    Napi::Object object = Napi::Object::New(env);
    object.Set("velocity", to_array(env, evaluation.velocity));
    object.Set("predictor", to_array(env, evaluation.predictor));
    object.Set("energy", evaluation.energy);
    object.Set("trace", evaluation.trace);
    return object;
  }
};

// jacobian(threads, field, state, cancelled?): n·n numbers.
struct JacobianJob {
  int threads;
  std::shared_ptr<const Field> field;
  Buffer state;
  CancelFlag cancelled;
  Matrix jacobian;

  explicit JacobianJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])),
        field(to_field(info.Env(), info[1])),
        state(to_states(info.Env(), info[2], *field, 1)),
        cancelled(info[3]) {}
  int blas_threads() const { return 1; }
  void run() { jacobian = dynamics::jacobian(*field, state.data(), threads, cancelled.get()); }
  Napi::Value result(Napi::Env env) const { return to_array(env, jacobian); }
};

// integrate(threads, field, starts, count, { tMax, …, times?: Float64Array, room }, cancelled?): a trajectory for each
// start, { times, states, energy, predictorTrace, reason, final, time, speed, accepted, rejected, implicit }. Raising
// the flag ends the trajectories, not the call.
struct IntegrateJob {
  int threads;
  std::shared_ptr<const Field> field;
  int64_t count;
  Buffer starts;
  dynamics::Integration integration;
  CancelFlag cancelled;
  std::vector<dynamics::Trajectory> trajectories;

  explicit IntegrateJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])),
        field(to_field(info.Env(), info[1])),
        count(to_int64(info[3])),
        starts(to_states(info.Env(), info[2], *field, count)),
        integration(to_integration(info[4].As<Napi::Object>())),
        cancelled(info[5]) {}
  // Threads go to the team, each of its members calls single-threaded BLAS.
  int blas_threads() const { return 1; }
  void run() {
    trajectories = integrate(*field, starts.data(), count, integration, threads, cancelled.get());
  }
  Napi::Value result(Napi::Env env) const {
    auto all = Napi::Array::New(env, trajectories.size());
    for (size_t i = 0; i < trajectories.size(); i++) all.Set(static_cast<uint32_t>(i), object_of(env, trajectories[i]));
    return all;
  }

 private:
  static dynamics::Integration to_integration(const Napi::Object& object) {
    const auto number = [&](const char* name) { return object.Get(name).As<Napi::Number>().DoubleValue(); };
    dynamics::Integration how;
    how.t_max = number("tMax");
    how.min_time = number("minTime");
    how.rtol = number("rtol");
    how.atol = number("atol");
    how.steady_tolerance = number("steadyTolerance");
    how.rate = number("rate");
    how.amplitude = number("amplitude");
    how.relaxation = number("relaxation");
    how.max_steps = to_int64(object.Get("maxSteps"));
    how.stepping = static_cast<dynamics::Stepping>(to_int(object.Get("stepping")));
    how.descends = object.Get("descends").As<Napi::Boolean>().Value();
    how.save = static_cast<dynamics::Save>(to_int(object.Get("save")));
    how.room = to_int64(object.Get("room"));
    const Napi::Value times = object.Get("times");
    if (times.IsUndefined()) return how;
    const Numbers numbers(times);
    how.times.resize(static_cast<size_t>(numbers.size));
    numbers.copy(0, numbers.size, how.times.data());
    return how;
  }

  static Napi::Object object_of(Napi::Env env, const dynamics::Trajectory& trajectory) {
    const auto array = [&](const std::vector<double>& numbers) {
      return to_array(env, numbers.data(), static_cast<int64_t>(numbers.size()));
    };
    Napi::Object object = Napi::Object::New(env);
    object.Set("times", array(trajectory.times));
    object.Set("states", array(trajectory.states));
    object.Set("energy", array(trajectory.energy));
    object.Set("predictorTrace", array(trajectory.trace));
    object.Set("reason", static_cast<int>(trajectory.reason));
    object.Set("final", array(trajectory.final));
    object.Set("time", trajectory.time);
    object.Set("speed", trajectory.speed);
    object.Set("accepted", static_cast<double>(trajectory.accepted));
    object.Set("rejected", static_cast<double>(trajectory.rejected));
    object.Set("implicit", static_cast<double>(trajectory.implicit));
    return object;
  }
};

}  // namespace

void export_dynamics(Napi::Env env, Napi::Object exports) {
  export_job<EvaluateJob>(env, exports, "evaluateField");
  export_job<JacobianJob>(env, exports, "fieldJacobian");
  export_job<IntegrateJob>(env, exports, "integrateField");
}

}  // namespace eigenview::binding
