#include <limits>

#include "../core/moments/gram.h"
#include "../core/moments/project.h"
#include "../core/views/noise.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

// new Gram(dx, dy), a view on the C++ accumulator. TypeScript keeps its calls in turn: at most one sum or snapshot under
// way, and no snapshot or swap beside it.
class GramWrap : public Napi::ObjectWrap<GramWrap> {
 public:
  explicit GramWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<GramWrap>(info) {
    const int64_t dx = to_int64(info[0]), dy = to_int64(info[1]);
    if (dx + dy >= std::numeric_limits<int>::max()) throw to_error(info.Env(), Failure(Status::too_large));
    try {
      gram_ = std::make_unique<Gram>(static_cast<int>(dx), static_cast<int>(dy));
    } catch (const std::bad_alloc&) {
      throw to_error(info.Env(), Failure(Status::out_of_memory));
    }
    // The collector sees a small object and must hear of the megabytes behind it.
    Napi::MemoryManagement::AdjustExternalMemory(info.Env(), gram_->bytes());
  }

  void Finalize(Napi::Env env) override {
    if (gram_ != nullptr) Napi::MemoryManagement::AdjustExternalMemory(env, -gram_->bytes());
  }

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Gram",
                       {InstanceMethod<&GramWrap::fill>("fill"), InstanceMethod<&GramWrap::full>("full"),
                        InstanceMethod<&GramWrap::swap>("swap"), InstanceMethod<&GramWrap::sum>("sum"), InstanceMethod<&GramWrap::snapshot>("snapshot")});
  }

  Gram& gram() { return *gram_; }

 private:
  // fill(x, rows, y | undefined, from): rows taken
  Napi::Value fill(const Napi::CallbackInfo& info) {
    const Numbers x(info[0]);
    const int64_t rows = to_int64(info[1]), from = to_int64(info[3]);
    const Numbers y = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    if (x.size != rows * gram_->dx() || y.size != rows * gram_->dy() || from < 0 || from > rows) {
      throw detached(info.Env());
    }
    const int64_t taken = x.f64 != nullptr ? fill_beside(x.f64, y, from, rows) : fill_beside(x.f32, y, from, rows);
    return Napi::Number::New(info.Env(), static_cast<double>(taken));
  }

  template <class X>
  int64_t fill_beside(const X* x, const Numbers& y, int64_t from, int64_t to) {
    return y.f32 != nullptr ? gram_->fill(x, y.f32, from, to) : gram_->fill(x, y.f64, from, to);
  }

  // full(): boolean
  Napi::Value full(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), gram_->full()); }

  // swap(): void
  void swap(const Napi::CallbackInfo&) { gram_->swap(); }

  // The object stays referenced, so that it is not collected under a running job.
  struct Task {
    Napi::ObjectReference owner;
    Gram* gram;
    int threads;
    explicit Task(const Napi::CallbackInfo& info)
        : owner(Napi::Persistent(info.This().As<Napi::Object>())),
          gram(&Unwrap(info.This().As<Napi::Object>())->gram()),
          threads(to_int(info[0])) {}
    int blas_threads() const { return 1; }
  };

  struct SumTask : Task {
    using Task::Task;
    void run() { gram->sum(threads); }
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

  // sum(threads): Promise<void>
  Napi::Value sum(const Napi::CallbackInfo& info) { return run_async<SumTask>(info); }

  // snapshot(threads): Promise<{ count, gram: Float64Array }>
  Napi::Value snapshot(const Napi::CallbackInfo& info) { return run_async<SnapshotTask>(info); }

  std::unique_ptr<Gram> gram_;
};

// project(threads, x, rows, cols, encoder, k, cols): Float64Array, rows×k
struct ProjectJob {
  int threads;
  Matrix x, encoder, z;
  explicit ProjectJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])), x(to_matrix(info, 1)), encoder(to_matrix(info, 4)) {}
  int blas_threads() const { return 1; }
  void run() { z = project(x, encoder, threads); }
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
        stream{(static_cast<uint64_t>(info[7].As<Napi::Number>().Uint32Value()) << 32) |
                   info[8].As<Napi::Number>().Uint32Value(),
               info[9].As<Napi::Number>().Uint32Value()},
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
