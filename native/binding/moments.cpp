#include <limits>
#include <memory>

#include "../core/moments/gram.h"
#include "../core/moments/project.h"
#include "../core/views/noise.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

// Three arguments from `at` on: high and low word of the seed, stream.
Stream to_stream(const Napi::CallbackInfo& info, size_t at) {
  const auto word = [&](size_t i) { return info[i].As<Napi::Number>().Uint32Value(); };
  return {(static_cast<uint64_t>(word(at)) << 32) | word(at + 1), word(at + 2)};
}

// new Gram(dx, dy, deviations?, seedHigh?, seedLow?, stream?), a view on the C++ accumulator. TypeScript keeps its calls in
// turn: no snapshot, swap or check while helpers or a snapshot are under way.
class GramWrap : public Napi::ObjectWrap<GramWrap> {
 public:
  explicit GramWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<GramWrap>(info) {
    const int64_t dx = to_int64(info[0]), dy = to_int64(info[1]);
    const Numbers deviations = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    if (dx + deviations.size + dy >= std::numeric_limits<int>::max()) {
      throw to_error(info.Env(), Failure(Status::too_large));
    }
    try {
      AppendedNoise noise;
      if (deviations.size > 0) {
        noise.deviations.assign(deviations.f64, deviations.f64 + deviations.size);
        noise.stream = to_stream(info, 3);
      }
      gram_ = std::make_shared<Gram>(static_cast<int>(dx), static_cast<int>(dy), noise);
    } catch (const std::bad_alloc&) {
      throw to_error(info.Env(), Failure(Status::out_of_memory));
    }
    // The collector sees a small object and must hear of the megabytes behind it.
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), gram_->bytes());
  }

  void Finalize(Napi::Env env) override { release(env); }

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Gram",
                       {InstanceMethod<&GramWrap::fill>("fill"), InstanceMethod<&GramWrap::full>("full"),
                        InstanceMethod<&GramWrap::swap>("swap"), InstanceMethod<&GramWrap::help>("help"),
                        InstanceMethod<&GramWrap::check>("check"), InstanceMethod<&GramWrap::snapshot>("snapshot"),
                        InstanceMethod<&GramWrap::close>("close")});
  }

  // Jobs share it, so that it outlives them.
  const std::shared_ptr<Gram>& gram() const {
    if (gram_ == nullptr) throw to_error(Env(), Failure(Status::internal));
    return gram_;
  }

 private:
  // fill(x, rows, y | undefined, from): rows taken
  Napi::Value fill(const Napi::CallbackInfo& info) {
    const Numbers x(info[0]);
    const int64_t rows = to_int64(info[1]), from = to_int64(info[3]);
    const Numbers y = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    if (x.size != rows * gram()->dx() || y.size != rows * gram()->dy() || from < 0 || from > rows) {
      throw detached(info.Env());
    }
    const int64_t taken = x.f64 != nullptr ? fill_beside(x.f64, y, from, rows) : fill_beside(x.f32, y, from, rows);
    return Napi::Number::New(info.Env(), static_cast<double>(taken));
  }

  template <class X>
  int64_t fill_beside(const X* x, const Numbers& y, int64_t from, int64_t to) {
    return y.f32 != nullptr ? gram_->fill(x, y.f32, from, to) : gram_->fill(x, y.f64, from, to);
  }

  // close(): void. Frees the memory now, or with the job under way, instead of when the object is collected; every other
  // call then fails.
  void close(const Napi::CallbackInfo& info) { release(info.Env()); }

  void release(Napi::Env env) {
    if (gram_ == nullptr) return;
    Napi::MemoryManagement::AdjustExternalMemory(env, -gram_->bytes());
    gram_.reset();
  }

  // full(): boolean
  Napi::Value full(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), gram()->full()); }

  // swap(): void
  void swap(const Napi::CallbackInfo&) { gram()->swap(); }

  struct Task {
    std::shared_ptr<Gram> gram;
    int threads;
    explicit Task(const Napi::CallbackInfo& info)
        : gram(Unwrap(info.This().As<Napi::Object>())->gram()), threads(to_int(info[0])) {}
    int blas_threads() const { return 1; }
  };

  struct HelpTask : Task {
    using Task::Task;
    void run() { gram->help(threads); }
    Napi::Value result(Napi::Env env) const { return env.Undefined(); }
  };

  struct SnapshotTask : Task {
    Matrix sums;
    int64_t count = 0;
    explicit SnapshotTask(const Napi::CallbackInfo& info) : Task(info), sums(gram->width(), gram->width()) {}
    void run() { count = gram->snapshot(threads, sums.data.data()); }
    Napi::Value result(Napi::Env env) const {
      Napi::Object object = Napi::Object::New(env);
      object.Set("count", static_cast<double>(count));
      object.Set("gram", to_array(env, sums));
      return object;
    }
  };

  // help(threads): Promise<void>
  Napi::Value help(const Napi::CallbackInfo& info) { return run_async<HelpTask>(info); }

  // check(): void
  void check(const Napi::CallbackInfo& info) {
    try {
      gram()->check();
    } catch (const Failure& failure) {
      throw to_error(info.Env(), failure);
    }
  }

  // snapshot(threads): Promise<{ count, gram: Float64Array }>
  Napi::Value snapshot(const Napi::CallbackInfo& info) { return run_async<SnapshotTask>(info); }

  std::shared_ptr<Gram> gram_;
};

// project(threads, x, rows, cols, encoder, k, cols): Float64Array, rows×k. Floats are copied as they are, which is half the
// work of copying them as doubles, for the JavaScript thread.
struct ProjectJob {
  int threads, rows;
  Buffer doubles;
  std::unique_ptr<float[]> floats;
  Matrix encoder, z;
  explicit ProjectJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])), rows(to_int(info[2])), encoder(to_matrix(info, 4)) {
    const Numbers x(info[1]);
    if (x.size != static_cast<int64_t>(rows) * encoder.cols) throw detached(info.Env());
    if (x.f64 != nullptr) {
      doubles = Buffer::copy(x.f64, x.size);
    } else {
      floats.reset(new float[static_cast<size_t>(x.size)]);
      std::copy_n(x.f32, x.size, floats.get());
    }
  }
  int blas_threads() const { return 1; }
  void run() {
    z = floats ? project(floats.get(), rows, encoder, threads) : project(doubles.data(), rows, encoder, threads);
  }
  Napi::Value result(Napi::Env env) const { return to_array(env, z); }
};

// addNoise(threads, x, rows, cols, root, rootRows, rootCols, seedHigh, seedLow, stream, firstSample): Float64Array.
// A root of one row is a diagonal.
struct NoiseJob {
  int threads;
  Matrix x, root;
  Stream stream;
  uint64_t first_sample;
  explicit NoiseJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])),
        x(to_matrix(info, 1)),
        root(to_matrix(info, 4)),
        stream(to_stream(info, 7)),
        first_sample(static_cast<uint64_t>(to_int64(info[10]))) {}
  int blas_threads() const { return 1; }
  void run() {
    if (root.rows == 1) {
      add_diagonal_noise(x, root.data.data(), stream, first_sample, threads);
    } else {
      add_noise(x, root, stream, first_sample, threads);
    }
  }
  Napi::Value result(Napi::Env env) const { return to_array(env, x); }
};

}  // namespace

void export_moments(Napi::Env env, Napi::Object exports) {
  exports.Set("Gram", GramWrap::define(env));
  export_job<ProjectJob>(env, exports, "project");
  export_job<NoiseJob>(env, exports, "addNoise");
}

}  // namespace eigenview::binding
