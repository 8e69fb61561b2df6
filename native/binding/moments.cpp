#include <limits>

#include "../core/moments/gram.h"
#include "../core/tiles/project.h"
#include "../core/views/noise.h"
#include "accumulator.h"

namespace eigenview::binding {
namespace {

// new Gram(dx, dy, deviations?, seedHigh?, seedLow?, stream?)
class GramWrap : public AccumulatorWrap<GramWrap, Gram> {
 public:
  explicit GramWrap(const Napi::CallbackInfo& info) : AccumulatorWrap(info) {
    const int64_t dx = to_int64(info[0]), dy = to_int64(info[1]);
    const Numbers deviations = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    if (dx + deviations.size + dy >= std::numeric_limits<int>::max()) {
      throw to_error(info.Env(), Failure(Status::too_large));
    }
    AppendedNoise noise;
    if (deviations.size > 0) {
      noise.deviations.assign(deviations.f64, deviations.f64 + deviations.size);
      noise.stream = to_stream(info, 3);
    }
    const int64_t area = Gram::bytes_for(dx + deviations.size + dy + 1);
    make(info.Env(), static_cast<int>(dx), static_cast<int>(dy), noise, area);
  }

  static Napi::Function define(Napi::Env env) { return AccumulatorWrap::define(env, "Gram"); }

 private:
  friend AccumulatorWrap;

  // fill(x, rows, y | undefined, from): rows taken
  Napi::Value fill(const Napi::CallbackInfo& info) {
    const Numbers x(info[0]);
    const int64_t rows = to_int64(info[1]), from = to_int64(info[3]);
    const Numbers y = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    Gram& gram = *accumulator();
    if (x.size != rows * gram.dx() || y.size != rows * gram.dy() || from < 0 || from > rows) {
      throw detached(info.Env());
    }
    const int64_t taken = with_types(x, y, [&](auto* xs, auto* ys) { return gram.fill(xs, ys, from, rows); });
    return Napi::Number::New(info.Env(), static_cast<double>(taken));
  }

  struct SnapshotTask : Task {
    Matrix sums;
    int64_t count = 0;
    explicit SnapshotTask(const Napi::CallbackInfo& info)
        : Task(info), sums(accumulator->width(), accumulator->width()) {}
    void run() { count = accumulator->snapshot(threads, sums.data.data()); }
    Napi::Value result(Napi::Env env) const {
      Napi::Object object = Napi::Object::New(env);
      object.Set("count", static_cast<double>(count));
      object.Set("gram", to_array(env, sums));
      return object;
    }
  };

  // snapshot(threads): Promise<{ count, gram: Float64Array }>
  Napi::Value snapshot(const Napi::CallbackInfo& info) { return run_async<SnapshotTask>(info); }
};

// project(threads, x, rows, cols, encoder, k, cols): Float64Array, rows×k. Floats and bytes are copied as they are, which is
// half or an eighth of the work of copying them as doubles, for the JavaScript thread.
struct ProjectJob {
  enum class Type { doubles, floats, bytes };
  int threads, rows;
  Type type;
  Buffer numbers;  // doubles, or floats or bytes in their place: blocks of it are kept for the next job
  Matrix encoder, z;
  explicit ProjectJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])), rows(to_int(info[2])), encoder(to_matrix(info, 4)) {
    const auto array = info[1].As<Napi::TypedArray>();
    const int64_t size = static_cast<int64_t>(array.ElementLength());
    if (size != static_cast<int64_t>(rows) * encoder.cols) throw detached(info.Env());
    if (array.TypedArrayType() == napi_uint8_array) {
      type = Type::bytes;
      numbers = Buffer((size + 7) / 8);
      std::copy_n(info[1].As<Napi::Uint8Array>().Data(), size, as<uint8_t>());
      return;
    }
    const Numbers x(info[1]);
    type = x.f64 == nullptr ? Type::floats : Type::doubles;
    if (type == Type::floats) {
      numbers = Buffer((size + 1) / 2);
      std::copy_n(x.f32, size, as<float>());
    } else {
      numbers = Buffer::copy(x.f64, size);
    }
  }
  int blas_threads() const { return 1; }
  void run() {
    switch (type) {
      case Type::doubles: z = project(numbers.data(), rows, encoder, threads); break;
      case Type::floats: z = project(as<float>(), rows, encoder, threads); break;
      case Type::bytes: z = project(as<uint8_t>(), rows, encoder, threads); break;
    }
  }
  Napi::Value result(Napi::Env env) const { return to_array(env, z); }

 private:
  template <class X>
  X* as() {
    return reinterpret_cast<X*>(numbers.data());
  }
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
