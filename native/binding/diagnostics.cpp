#include <memory>
#include <utility>

#include "../core/diagnostics/neighbours.h"
#include "../core/diagnostics/row_store.h"
#include "../core/diagnostics/softmax.h"
#include "../core/diagnostics/uniformity.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

// Three arguments from `at` on: data, rows, cols.
void add_rows(const Napi::CallbackInfo& info, size_t at, RowStore& store) {
  const Numbers numbers(info[at]);
  const int64_t rows = to_int64(info[at + 1]);
  if (numbers.size != rows * store.cols()) throw detached(info.Env());
  if (numbers.f64 != nullptr) {
    store.add(numbers.f64, rows);
  } else {
    store.add(numbers.f32, rows);
  }
}

// new Rows(cols). TypeScript keeps the calls in turn: nothing is filled while a job is under way, evaluations and products of
// one classifier follow each other.
class RowsWrap : public Napi::ObjectWrap<RowsWrap> {
 public:
  explicit RowsWrap(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<RowsWrap>(info), store_(std::make_shared<RowStore>(to_int(info[0]))) {}

  void Finalize(Napi::Env env) override { release(env); }

  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Rows",
                       {InstanceMethod("fill", &RowsWrap::fill), InstanceMethod("potential", &RowsWrap::potential),
                        InstanceMethod("nearest", &RowsWrap::nearest), InstanceMethod("classify", &RowsWrap::classify),
                        InstanceMethod("evaluate", &RowsWrap::evaluate), InstanceMethod("product", &RowsWrap::product),
                        InstanceMethod("close", &RowsWrap::close)});
  }

 private:
  const std::shared_ptr<RowStore>& store() const {
    if (store_ == nullptr) throw to_error(Env(), Failure(Status::internal));
    return store_;
  }
  const std::shared_ptr<Softmax>& softmax() const {
    if (softmax_ == nullptr) throw to_error(Env(), Failure(Status::internal));
    return softmax_;
  }
  static RowsWrap& self(const Napi::CallbackInfo& info) { return *Unwrap(info.This().As<Napi::Object>()); }

  // fill(data, rows): Float64Array of the rows' squared norms
  Napi::Value fill(const Napi::CallbackInfo& info) {
    RowStore& rows = *store();
    const int64_t before = rows.rows();
    try {
      add_rows(info, 0, rows);
    } catch (const std::bad_alloc&) {
      throw to_error(info.Env(), Failure(Status::out_of_memory));
    }
    account(info.Env());
    auto squares = Napi::Float64Array::New(info.Env(), static_cast<size_t>(rows.rows() - before));
    for (int64_t row = before; row < rows.rows(); row++) squares[static_cast<size_t>(row - before)] = rows.square(row);
    return squares;
  }

  // potential(threads, t, cancelled?): Promise<number>
  Napi::Value potential(const Napi::CallbackInfo& info) { return run_async<PotentialJob>(info); }
  // nearest(threads, queries, rows, k, cancelled?): Promise<{ rows: Int32Array, similarities: Float64Array }>
  Napi::Value nearest(const Napi::CallbackInfo& info) { return run_async<NearestJob>(info); }

  // classify(labels: Int32Array, classes): void. From here on, evaluate and product are of these labels.
  void classify(const Napi::CallbackInfo& info) {
    const auto labels = info[0].As<Napi::Int32Array>();
    if (static_cast<int64_t>(labels.ElementLength()) != store()->rows()) throw detached(info.Env());
    try {
      std::vector<int32_t> copy(labels.Data(), labels.Data() + labels.ElementLength());
      softmax_ = std::make_shared<Softmax>(store(), std::move(copy), to_int(info[1]));
    } catch (const std::bad_alloc&) {
      throw to_error(info.Env(), Failure(Status::out_of_memory));
    }
    account(info.Env());
  }

  // evaluate(threads, weights, cancelled?): Promise<{ loss, gradient: Float64Array, curvature: Float64Array }>
  Napi::Value evaluate(const Napi::CallbackInfo& info) { return run_async<EvaluateJob>(info); }
  // product(threads, direction, cancelled?): Promise<Float64Array>
  Napi::Value product(const Napi::CallbackInfo& info) { return run_async<ProductJob>(info); }

  // close(): void. Frees the memory now, or with the job under way; every other call then fails.
  void close(const Napi::CallbackInfo& info) { release(info.Env()); }

  // The collector sees a small object and must hear of the megabytes behind it.
  void account(Napi::Env env) {
    const int64_t now = (store_ ? store_->bytes() : 0) + (softmax_ ? softmax_->bytes() : 0);
    Napi::MemoryManagement::AdjustExternalMemory(env, now - bytes_);
    bytes_ = now;
  }
  void release(Napi::Env env) {
    store_.reset();
    softmax_.reset();
    account(env);
  }

  struct Job {
    int threads;
    CancelFlag cancelled;
    Job(const Napi::CallbackInfo& info, size_t flag) : threads(to_int(info[0])), cancelled(info[flag]) {}
    int blas_threads() const { return 1; }
  };

  struct PotentialJob : Job {
    std::shared_ptr<RowStore> store;
    double t, sum = 0;
    explicit PotentialJob(const Napi::CallbackInfo& info)
        : Job(info, 2), store(self(info).store()), t(info[1].As<Napi::Number>().DoubleValue()) {}
    void run() { sum = pair_potential(*store, t, threads, cancelled.get()); }
    Napi::Value result(Napi::Env env) const { return Napi::Number::New(env, sum); }
  };

  struct NearestJob : Job {
    std::shared_ptr<RowStore> store;
    RowStore queries;
    int k;
    Neighbours found;
    explicit NearestJob(const Napi::CallbackInfo& info)
        : Job(info, 4), store(self(info).store()), queries(static_cast<int>(store->cols())), k(to_int(info[3])) {
      add_rows(info, 1, queries);
    }
    void run() { found = eigenview::nearest(*store, queries, k, threads, cancelled.get()); }
    Napi::Value result(Napi::Env env) const {
      auto rows = Napi::Int32Array::New(env, found.rows.size());
      std::copy(found.rows.begin(), found.rows.end(), rows.Data());
      Napi::Object object = Napi::Object::New(env);
      object.Set("rows", rows);
      object.Set("similarities",
                 to_array(env, found.similarities.data(), static_cast<int64_t>(found.similarities.size())));
      return object;
    }
  };

  // Weights in, sums of the same shape out.
  struct SoftmaxJob : Job {
    std::shared_ptr<Softmax> softmax;
    Matrix in, out;
    explicit SoftmaxJob(const Napi::CallbackInfo& info)
        : Job(info, 2),
          softmax(self(info).softmax()),
          in(softmax->classes(), static_cast<int>(softmax->width())),
          out(in.rows, in.cols) {
      const Numbers numbers(info[1]);
      if (numbers.size != in.size()) throw detached(info.Env());
      numbers.copy(0, numbers.size, in.data.data());
    }
  };

  struct EvaluateJob : SoftmaxJob {
    double loss = 0;
    std::vector<double> curvature;
    using SoftmaxJob::SoftmaxJob;
    void run() {
      loss = softmax->evaluate(in, out, threads, cancelled.get());
      curvature = softmax->curvature(threads);
    }
    Napi::Value result(Napi::Env env) const {
      Napi::Object object = Napi::Object::New(env);
      object.Set("loss", loss);
      object.Set("gradient", to_array(env, out));
      object.Set("curvature", to_array(env, curvature.data(), static_cast<int64_t>(curvature.size())));
      return object;
    }
  };

  struct ProductJob : SoftmaxJob {
    using SoftmaxJob::SoftmaxJob;
    void run() { softmax->product(in, out, threads, cancelled.get()); }
    Napi::Value result(Napi::Env env) const { return to_array(env, out); }
  };

  std::shared_ptr<RowStore> store_;
  std::shared_ptr<Softmax> softmax_;
  int64_t bytes_ = 0;
};

}  // namespace

void export_diagnostics(Napi::Env env, Napi::Object exports) { exports.Set("Rows", RowsWrap::define(env)); }

}  // namespace eigenview::binding
