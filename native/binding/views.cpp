#include <limits>
#include <string>

#include "../core/moments/differences.h"
#include "../core/moments/view_gram.h"
#include "../core/team.h"
#include "../core/views/image/image.h"
#include "../core/views/steps.h"
#include "accumulator.h"

namespace eigenview::binding {
namespace {

std::vector<double> to_vector(const Napi::Value& value) {
  const Numbers numbers(value);
  return std::vector<double>(numbers.f64, numbers.f64 + numbers.size);
}

// A ViewStep of src/backends/views.ts for rows of `in` numbers, and the steps below it.
std::unique_ptr<Step> to_step(const Napi::Object& object, int in) {
  const std::string kind = object.Get("kind").As<Napi::String>();
  std::vector<double> numbers = to_vector(object.Get("numbers"));
  std::unique_ptr<Step> step;
  if (kind == "sequence" || kind == "choice") {
    const auto below = object.Get("steps").As<Napi::Array>();
    Steps steps;
    int width = in;
    for (uint32_t i = 0; i < below.Length(); i++) {
      steps.push_back(to_step(below.Get(i).As<Napi::Object>(), width));
      if (kind == "sequence") width = steps.back()->out();
    }
    step = kind == "sequence" ? make_sequence(std::move(steps)) : make_choice(std::move(steps), std::move(numbers));
  } else if (kind == "image") {
    const ImageShape shape{static_cast<int>(numbers[0]), static_cast<int>(numbers[1]), static_cast<int>(numbers[2]),
                           numbers[3]};
    const std::vector<double> parameters(numbers.begin() + 4, numbers.end());
    const std::string name = object.Get("name").As<Napi::String>();
    step = make_augmentation(name, shape, parameters);
    if (step == nullptr) step = make_corruption(name, shape, parameters);
  } else {
    step = make_step(kind, in, std::move(numbers));
  }
  if (step == nullptr) throw Failure(Status::internal);
  return step;
}

// The tree of an argument, its root numbered `first`; null for undefined.
std::shared_ptr<const Step> to_tree(const Napi::Value& value, int in, uint32_t first) {
  if (value.IsUndefined()) return nullptr;
  std::unique_ptr<Step> step = to_step(value.As<Napi::Object>(), in);
  step->enumerate(first);
  return step;
}

// drawViews(threads, step, first, x, rows, cols, seedHigh, seedLow, samples, views): Float64Array, rows × the step's width
struct DrawJob {
  int threads;
  Matrix x, y;
  std::shared_ptr<const Step> step;
  std::vector<Draw> draws;
  explicit DrawJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])), x(to_matrix(info, 3)), step(to_tree(info[1], x.cols, static_cast<uint32_t>(to_int(info[2])))) {
    const uint64_t seed = to_seed(info, 6);
    const auto samples = info[8].As<Napi::Float64Array>();
    const auto views = info[9].As<Napi::Uint32Array>();
    const auto rows = static_cast<size_t>(x.rows);
    if (samples.ElementLength() != rows || views.ElementLength() != rows) throw detached(info.Env());
    draws.reserve(rows);
    for (size_t i = 0; i < rows; i++) draws.push_back({seed, static_cast<uint64_t>(samples[i]), views[i], 0});
  }
  int blas_threads() const { return 1; }
  void run() {
    constexpr int64_t kBatch = 32;
    y = Matrix(x.rows, step->out());
    for_each((x.rows + kBatch - 1) / kBatch, threads, [&](int64_t batch) {
      const int64_t from = batch * kBatch, count = std::min(kBatch, x.rows - from);
      step->apply(draws.data() + from, count, x.row(from), y.row(from));
    });
  }
  Napi::Value result(Napi::Env env) const { return to_array(env, y); }
};

// squaredDifferences(threads, vectors: Float32Array, d, weights): Float64Array, d×d
struct DifferencesJob {
  int threads, d;
  std::vector<float> vectors;
  std::vector<double> weights;
  Matrix squares;
  explicit DifferencesJob(const Napi::CallbackInfo& info)
      : threads(to_int(info[0])), d(to_int(info[2])), weights(to_vector(info[3])) {
    const Numbers numbers(info[1]);
    if (weights.empty() || numbers.f32 == nullptr || numbers.size % (d * static_cast<int64_t>(weights.size())) != 0) {
      throw detached(info.Env());
    }
    vectors.assign(numbers.f32, numbers.f32 + numbers.size);
  }
  int blas_threads() const { return 1; }
  void run() {
    const int64_t samples = static_cast<int64_t>(vectors.size()) / (d * static_cast<int64_t>(weights.size()));
    squares = squared_differences(vectors.data(), samples, d, weights, threads);
  }
  Napi::Value result(Napi::Env env) const { return to_array(env, squares); }
};

// new ViewGram(dx, dy, step | undefined, views, width, shifted, seedHigh, seedLow, firstSample, inputScale, targetScale,
//   viewScale)
class ViewGramWrap : public AccumulatorWrap<ViewGramWrap, ViewGram> {
 public:
  explicit ViewGramWrap(const Napi::CallbackInfo& info) : AccumulatorWrap(info) {
    const int64_t dx = to_int64(info[0]), dy = to_int64(info[1]);
    if (dx + dy >= std::numeric_limits<int>::max()) throw to_error(info.Env(), Failure(Status::too_large));
    ViewPlan plan;
    try {
      plan.step = to_tree(info[2], static_cast<int>(dx), 0);
    } catch (const Failure& failure) {
      throw to_error(info.Env(), failure);
    } catch (const std::bad_alloc&) {
      throw to_error(info.Env(), Failure(Status::out_of_memory));
    }
    plan.views = to_int(info[3]);
    plan.width = to_int(info[4]);
    plan.shifted = info[5].As<Napi::Boolean>();
    plan.seed = to_seed(info, 6);
    plan.first_sample = static_cast<uint64_t>(to_int64(info[8]));
    const auto to_scale = [&](size_t i) { return info[i].As<Napi::Number>().DoubleValue(); };
    plan.input_scale = to_scale(9);
    plan.target_scale = to_scale(10);
    plan.view_scale = to_scale(11);
    make(info.Env(), static_cast<int>(dx), static_cast<int>(dy), plan);
  }

  static Napi::Function define(Napi::Env env) { return AccumulatorWrap::define(env, "ViewGram"); }

 private:
  friend AccumulatorWrap;

  // fill(x, rows, y | undefined, from, views | undefined): rows taken
  Napi::Value fill(const Napi::CallbackInfo& info) {
    const Numbers x(info[0]);
    const int64_t rows = to_int64(info[1]), from = to_int64(info[3]);
    const Numbers y = info[2].IsUndefined() ? Numbers() : Numbers(info[2]);
    const Numbers views = info[4].IsUndefined() ? Numbers() : Numbers(info[4]);
    ViewGram& gram = *accumulator();
    if (x.size != rows * gram.dx() || y.size != rows * gram.dy() || views.size != rows * gram.given() || from < 0 ||
        from > rows) {
      throw detached(info.Env());
    }
    // Views are doubles.
    if (views.f32 != nullptr) throw to_error(info.Env(), Failure(Status::internal));
    const int64_t taken =
        with_types(x, y, [&](auto* xs, auto* ys) { return gram.fill(xs, ys, views.f64, from, rows); });
    return Napi::Number::New(info.Env(), static_cast<double>(taken));
  }

  struct SnapshotTask : Task {
    ViewGram::Sums sums;
    using Task::Task;
    void run() { sums = accumulator->snapshot(threads); }
    Napi::Value result(Napi::Env env) const {
      Napi::Object object = Napi::Object::New(env);
      object.Set("count", static_cast<double>(sums.count));
      object.Set("inputs", to_array(env, sums.inputs));
      object.Set("deviations", to_array(env, sums.deviations));
      object.Set("shifts", to_array(env, sums.shifts));
      object.Set("cross", to_array(env, sums.cross));
      return object;
    }
  };

  // snapshot(threads): Promise<{ count, inputs, deviations, shifts, cross }>, the sums of view_gram.h
  Napi::Value snapshot(const Napi::CallbackInfo& info) { return run_async<SnapshotTask>(info); }
};

}  // namespace

void export_views(Napi::Env env, Napi::Object exports) {
  exports.Set("ViewGram", ViewGramWrap::define(env));
  export_job<DrawJob>(env, exports, "drawViews");
  export_job<DifferencesJob>(env, exports, "squaredDifferences");
}

}  // namespace eigenview::binding
