// What the streaming accumulators have in common on their way to JavaScript. TypeScript keeps the calls in turn: no snapshot,
// swap or check while helpers or a snapshot are under way.
#pragma once

#include <memory>
#include <utility>

#include "arguments.h"

namespace eigenview::binding {

// Self derives from it, defines fill and snapshot, and lists methods() beside them.
template <class Self, class Accumulator>
class AccumulatorWrap : public Napi::ObjectWrap<Self> {
 public:
  explicit AccumulatorWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Self>(info) {}

  void Finalize(Napi::Env env) override { release(env); }

  // Jobs share it, so that it outlives them.
  const std::shared_ptr<Accumulator>& accumulator() const {
    if (accumulator_ == nullptr) throw to_error(this->Env(), Failure(Status::internal));
    return accumulator_;
  }

 protected:
  using Wrap = Napi::ObjectWrap<Self>;

  static Napi::Function define(Napi::Env env, const char* name) {
    return Self::DefineClass(env, name,
                             {method("fill", &Self::fill), method("full", &Self::full), method("swap", &Self::swap),
                              method("help", &Self::help), method("check", &Self::check),
                              method("snapshot", &Self::snapshot), method("close", &Self::close)});
  }

  // Makes the accumulator; the collector sees a small object and must hear of the megabytes behind it.
  template <class... Arguments>
  void make(Napi::Env env, Arguments&&... arguments) {
    try {
      accumulator_ = std::make_shared<Accumulator>(std::forward<Arguments>(arguments)...);
    } catch (const std::bad_alloc&) {
      throw to_error(env, Failure(Status::out_of_memory));
    }
    Napi::MemoryManagement::AdjustExternalMemory(env, accumulator_->bytes());
  }

  // close(): void. Frees the memory now, or with the job under way, instead of when the object is collected; every other
  // call then fails.
  void close(const Napi::CallbackInfo& info) { release(info.Env()); }

  // full(): boolean
  Napi::Value full(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), accumulator()->full()); }

  // swap(): void
  void swap(const Napi::CallbackInfo&) { accumulator()->swap(); }

  // help(threads): Promise<void>
  Napi::Value help(const Napi::CallbackInfo& info) { return run_async<HelpTask>(info); }

  // check(): void
  void check(const Napi::CallbackInfo& info) {
    try {
      accumulator()->check();
    } catch (const Failure& failure) {
      throw to_error(info.Env(), failure);
    }
  }

  struct Task {
    std::shared_ptr<Accumulator> accumulator;
    int threads;
    explicit Task(const Napi::CallbackInfo& info)
        : accumulator(Self::Unwrap(info.This().As<Napi::Object>())->accumulator()), threads(to_int(info[0])) {}
    int blas_threads() const { return 1; }
  };

 private:
  struct HelpTask : Task {
    using Task::Task;
    void run() { this->accumulator->help(this->threads); }
    Napi::Value result(Napi::Env env) const { return env.Undefined(); }
  };

  using Value = Napi::Value (Self::*)(const Napi::CallbackInfo&);
  using Nothing = void (Self::*)(const Napi::CallbackInfo&);
  static auto method(const char* name, Value call) { return Self::InstanceMethod(name, call); }
  static auto method(const char* name, Nothing call) { return Self::InstanceMethod(name, call); }

  void release(Napi::Env env) {
    if (accumulator_ == nullptr) return;
    Napi::MemoryManagement::AdjustExternalMemory(env, -accumulator_->bytes());
    accumulator_.reset();
  }

  std::shared_ptr<Accumulator> accumulator_;
};

}  // namespace eigenview::binding
