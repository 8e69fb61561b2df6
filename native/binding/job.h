// How a computation meets JavaScript. A Job is a plain struct: built from the call's arguments on the JavaScript thread
// (copying what it needs), run() anywhere, result() back on the JavaScript thread. The same Job serves the synchronous
// function and the promise.
#pragma once

#define NAPI_VERSION 8
// A worker terminated while its jobs run takes no more exceptions; without this, that would abort the process.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>

#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "../core/blas_threads.h"
#include "../core/failure.h"

namespace eigenview::binding {

// An Error carrying the failure's facts; src/backends/native turns it into an EigenviewError.
inline Napi::Error to_error(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.what());
  Napi::Object object = error.Value();
  object.Set("code", code(failure.status));
  if (failure.value) object.Set("value", *failure.value);
  if (failure.at) object.Set("at", static_cast<double>(*failure.at));
  if (failure.column) object.Set("column", static_cast<double>(*failure.column));
  if (!failure.direction.empty()) {
    auto direction = Napi::Float64Array::New(env, failure.direction.size());
    std::copy(failure.direction.begin(), failure.direction.end(), direction.Data());
    object.Set("direction", direction);
  }
  return error;
}

// Runs a job at its BLAS thread count. Nothing but a Failure leaves.
template <class Job>
std::optional<Failure> attempt(Job& job, BlasThreads::Busy busy) {
  try {
    const BlasThreads threads(job.blas_threads(), busy);
    job.run();
    return std::nullopt;
  } catch (const Failure& failure) {
    return failure;
  } catch (const std::bad_alloc&) {
    return Failure(Status::out_of_memory);
  } catch (...) {
    return Failure(Status::internal);
  }
}

// Argument unpacking allocates, so it can run out of memory like any computation.
template <class Job>
Job unpack(const Napi::CallbackInfo& info) {
  try {
    return Job(info);
  } catch (const Failure& failure) {
    throw to_error(info.Env(), failure);
  } catch (const std::bad_alloc&) {
    throw to_error(info.Env(), Failure(Status::out_of_memory));
  }
}

template <class Job>
Napi::Value run_sync(const Napi::CallbackInfo& info) {
  Job job = unpack<Job>(info);
  if (const auto failure = attempt(job, BlasThreads::Busy::join)) throw to_error(info.Env(), *failure);
  return job.result(info.Env());
}

template <class Job>
class Worker : public Napi::AsyncWorker {
 public:
  Worker(Napi::Env env, Job job)
      : Napi::AsyncWorker(env, "eigenview"), job_(std::move(job)), deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override { failure_ = attempt(job_, BlasThreads::Busy::wait); }
  void OnOK() override {
    if (failure_) return deferred_.Reject(to_error(Env(), *failure_).Value());
    try {
      deferred_.Resolve(job_.result(Env()));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

 private:
  Job job_;
  std::optional<Failure> failure_;
  Napi::Promise::Deferred deferred_;
};

template <class Job>
Napi::Value run_async(const Napi::CallbackInfo& info) {
  // Deletes itself when its promise has settled.
  auto* worker = new Worker<Job>(info.Env(), unpack<Job>(info));
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

// Registers `name` and `nameAsync`.
template <class Job>
void export_job(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(env, run_sync<Job>, name));
  const std::string async_name = std::string(name) + "Async";
  exports.Set(async_name, Napi::Function::New(env, run_async<Job>, async_name));
}

void export_closed_form(Napi::Env env, Napi::Object exports);
void export_diagnostics(Napi::Env env, Napi::Object exports);
void export_dynamics(Napi::Env env, Napi::Object exports);
void export_linalg(Napi::Env env, Napi::Object exports);
void export_losses(Napi::Env env, Napi::Object exports);
void export_moments(Napi::Env env, Napi::Object exports);
void export_system(Napi::Env env, Napi::Object exports);
void export_views(Napi::Env env, Napi::Object exports);

}  // namespace eigenview::binding
