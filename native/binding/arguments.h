// Arguments in, results out. TypeScript has validated types, shapes and ranges; what is checked here again is only that a
// buffer is still as long as its shape says, since reading past it would be a crash.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "../core/buffer.h"
#include "../core/random.h"
#include "job.h"

namespace eigenview::binding {

inline Napi::Error detached(Napi::Env env) {
  Napi::Error error = Napi::Error::New(env, "DETACHED");
  error.Value().Set("code", "DETACHED");
  return error;
}

// The numbers of a Float64Array or Float32Array, which live as long as the call.
struct Numbers {
  const double* f64 = nullptr;
  const float* f32 = nullptr;
  int64_t size = 0;

  Numbers() = default;
  explicit Numbers(const Napi::Value& value) {
    const auto array = value.As<Napi::TypedArray>();
    size = static_cast<int64_t>(array.ElementLength());
    if (array.TypedArrayType() == napi_float32_array) {
      f32 = value.As<Napi::Float32Array>().Data();
    } else {
      f64 = value.As<Napi::Float64Array>().Data();
    }
  }

  // Copies count numbers from `offset` on.
  void copy(int64_t offset, int64_t count, double* out) const {
    if (f64 != nullptr) {
      std::copy_n(f64 + offset, count, out);
    } else {
      std::copy_n(f32 + offset, count, out);
    }
  }
};

inline int to_int(const Napi::Value& value) { return value.As<Napi::Number>().Int32Value(); }
inline int64_t to_int64(const Napi::Value& value) { return value.As<Napi::Number>().Int64Value(); }

// Three arguments from `at` on: data, rows, cols.
inline Matrix to_matrix(const Napi::CallbackInfo& info, size_t at) {
  const Numbers numbers(info[at]);
  Matrix matrix(to_int(info[at + 1]), to_int(info[at + 2]));
  if (numbers.size != matrix.size()) throw detached(info.Env());
  numbers.copy(0, matrix.size(), matrix.data.data());
  return matrix;
}

// Two arguments from `at` on: high and low word of a seed.
inline uint64_t to_seed(const Napi::CallbackInfo& info, size_t at) {
  const auto word = [&](size_t i) { return info[i].As<Napi::Number>().Uint32Value(); };
  return (static_cast<uint64_t>(word(at)) << 32) | word(at + 1);
}

// Three arguments from `at` on: a seed, and a stream.
inline Stream to_stream(const Napi::CallbackInfo& info, size_t at) {
  return {to_seed(info, at), info[at + 2].As<Napi::Number>().Uint32Value()};
}

// Calls work with x and y as the types they have; y may be none.
template <class Work>
int64_t with_types(const Numbers& x, const Numbers& y, const Work& work) {
  if (x.f64 != nullptr) return y.f32 != nullptr ? work(x.f64, y.f32) : work(x.f64, y.f64);
  return y.f32 != nullptr ? work(x.f32, y.f32) : work(x.f32, y.f64);
}

inline std::optional<double> to_optional(const Napi::Value& value) {
  return value.IsUndefined() ? std::nullopt : std::optional<double>(value.As<Napi::Number>().DoubleValue());
}

// An Int32Array of one that TypeScript sets to 1 to stop a running job, kept alive here and read in place; or none.
class CancelFlag {
 public:
  explicit CancelFlag(const Napi::Value& value) {
    if (value.IsUndefined()) return;
    auto array = value.As<Napi::Int32Array>();
    static_assert(sizeof(std::atomic<int32_t>) == sizeof(int32_t), "the flag is read in place");
    flag_ = reinterpret_cast<const std::atomic<int32_t>*>(array.Data());
    owner_ = Napi::Persistent(array);
  }
  const std::atomic<int32_t>* get() const { return flag_; }

 private:
  Napi::Reference<Napi::Int32Array> owner_;
  const std::atomic<int32_t>* flag_ = nullptr;
};

// Made by JavaScript's own constructor, which throws a RangeError where Node-API would abort for want of memory.
inline Napi::Float64Array to_array(Napi::Env env, const double* data, int64_t size) {
  const auto constructor = env.Global().Get("Float64Array").As<Napi::Function>();
  auto array = constructor.New({Napi::Number::New(env, static_cast<double>(size))}).As<Napi::Float64Array>();
  std::copy_n(data, size, array.Data());
  return array;
}

inline Napi::Float64Array to_array(Napi::Env env, const Buffer& buffer) {
  return to_array(env, buffer.data(), buffer.size());
}

inline Napi::Float64Array to_array(Napi::Env env, const Matrix& matrix) { return to_array(env, matrix.data); }

}  // namespace eigenview::binding
