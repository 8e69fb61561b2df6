#include "../core/linalg/decompose.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

// Every job's first argument is its number of BLAS threads, or of team threads for a batch.
struct LinalgJob {
  int threads;
  explicit LinalgJob(const Napi::CallbackInfo& info) : threads(to_int(info[0])) {}
  int blas_threads() const { return threads; }
};

Napi::Object to_object(Napi::Env env, const Svd& svd) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("u", to_array(env, svd.u));
  object.Set("s", to_array(env, svd.s));
  object.Set("vt", to_array(env, svd.vt));
  object.Set("residual", svd.residual);
  return object;
}

Napi::Object to_object(Napi::Env env, const Eigh& eigh) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("values", to_array(env, eigh.values));
  object.Set("vectors", to_array(env, eigh.vectors));
  object.Set("residual", eigh.residual);
  return object;
}

// svd(threads, a, m, n, k): { u: Float64Array, s, vt, residual }
struct SvdJob : LinalgJob {
  Matrix a;
  int k;
  Svd svd;
  explicit SvdJob(const Napi::CallbackInfo& info) : LinalgJob(info), a(to_matrix(info, 1)), k(to_int(info[4])) {}
  void run() { svd = eigenview::svd(a, k); }
  Napi::Value result(Napi::Env env) const { return to_object(env, svd); }
};

// eigh(threads, a, n, n, k, b?, n?, n?): { values, vectors, residual }
struct EighJob : LinalgJob {
  Matrix a;
  int k;
  std::optional<Matrix> b;
  Eigh eigh;
  explicit EighJob(const Napi::CallbackInfo& info) : LinalgJob(info), a(to_matrix(info, 1)), k(to_int(info[4])) {
    if (!info[5].IsUndefined()) b = to_matrix(info, 5);
  }
  void run() { eigh = eigenview::eigh(a, b ? &*b : nullptr, k); }
  Napi::Value result(Napi::Env env) const { return to_object(env, eigh); }
};

// eig(threads, a, n, n): { re, im, vectorsRe, vectorsIm, residual }
struct EigJob : LinalgJob {
  Matrix a;
  Eig eig;
  explicit EigJob(const Napi::CallbackInfo& info) : LinalgJob(info), a(to_matrix(info, 1)) {}
  void run() { eig = eigenview::eig(a); }
  Napi::Value result(Napi::Env env) const {
    Napi::Object object = Napi::Object::New(env);
    object.Set("re", to_array(env, eig.re));
    object.Set("im", to_array(env, eig.im));
    object.Set("vectorsRe", to_array(env, eig.vectors_re));
    object.Set("vectorsIm", to_array(env, eig.vectors_im));
    object.Set("residual", eig.residual);
    return object;
  }
};

// cholesky(threads, a, n, n): Float64Array
struct CholeskyJob : LinalgJob {
  Matrix a, l;
  explicit CholeskyJob(const Napi::CallbackInfo& info) : LinalgJob(info), a(to_matrix(info, 1)) {}
  void run() { l = cholesky(a); }
  Napi::Value result(Napi::Env env) const { return to_array(env, l); }
};

// solve(threads, a, n, n, b, n, m): Float64Array
struct SolveJob : LinalgJob {
  Matrix a, b, x;
  explicit SolveJob(const Napi::CallbackInfo& info)
      : LinalgJob(info), a(to_matrix(info, 1)), b(to_matrix(info, 4)) {}
  void run() { x = solve(a, b); }
  Napi::Value result(Napi::Env env) const { return to_array(env, x); }
};

// inverseSqrt(threads, a, n, n, rankTolerance?): Float64Array
struct InverseSqrtJob : LinalgJob {
  Matrix a, root;
  std::optional<double> rank_tolerance;
  explicit InverseSqrtJob(const Napi::CallbackInfo& info)
      : LinalgJob(info), a(to_matrix(info, 1)), rank_tolerance(to_optional(info[4])) {}
  void run() { root = inverse_sqrt(a, rank_tolerance); }
  Napi::Value result(Napi::Env env) const { return to_array(env, root); }
};

// whiten(threads, s, n, n, rankTolerance?): Float64Array, rank×n
struct WhitenJob : LinalgJob {
  Matrix s, whitener;
  std::optional<double> rank_tolerance;
  explicit WhitenJob(const Napi::CallbackInfo& info)
      : LinalgJob(info), s(to_matrix(info, 1)), rank_tolerance(to_optional(info[4])) {}
  void run() { whitener = whiten(s, rank_tolerance); }
  Napi::Value result(Napi::Env env) const { return to_array(env, whitener); }
};

// matmul(threads, a, rows, cols, b, rows, cols, transposeA, transposeB): Float64Array
struct MatmulJob : LinalgJob {
  Matrix a, b, c;
  bool transpose_a, transpose_b;
  explicit MatmulJob(const Napi::CallbackInfo& info)
      : LinalgJob(info),
        a(to_matrix(info, 1)),
        b(to_matrix(info, 4)),
        transpose_a(info[7].As<Napi::Boolean>()),
        transpose_b(info[8].As<Napi::Boolean>()) {}
  void run() { c = matmul(a, b, transpose_a, transpose_b); }
  Napi::Value result(Napi::Env env) const { return to_array(env, c); }
};

// svdBatch(threads, stack, rows, cols, k, cancelled?): one object a matrix. The stack is count·rows·cols numbers;
// `cancelled` is polled between matrices.
template <class Result, class Decompose>
struct BatchJob : LinalgJob {
  std::vector<Matrix> stack;
  int k;
  CancelFlag cancelled;
  std::vector<Result> results;

  explicit BatchJob(const Napi::CallbackInfo& info) : LinalgJob(info), k(to_int(info[4])), cancelled(info[5]) {
    const Numbers numbers(info[1]);
    const int rows = to_int(info[2]), cols = to_int(info[3]);
    const int64_t size = static_cast<int64_t>(rows) * cols;
    for (int64_t offset = 0; offset + size <= numbers.size; offset += size) {
      stack.emplace_back(rows, cols);
      numbers.copy(offset, size, stack.back().data.data());
    }
  }
  // Threads go to the team, each of its members calls single-threaded BLAS.
  int blas_threads() const { return 1; }
  void run() { results = Decompose()(stack, k, threads, cancelled.get()); }
  Napi::Value result(Napi::Env env) const {
    auto array = Napi::Array::New(env, results.size());
    for (size_t i = 0; i < results.size(); i++) array.Set(static_cast<uint32_t>(i), to_object(env, results[i]));
    return array;
  }
};

struct SvdEach {
  template <class... Args>
  auto operator()(Args&&... args) const { return svd_batch(std::forward<Args>(args)...); }
};
struct EighEach {
  template <class... Args>
  auto operator()(Args&&... args) const { return eigh_batch(std::forward<Args>(args)...); }
};

}  // namespace

void export_linalg(Napi::Env env, Napi::Object exports) {
  export_job<SvdJob>(env, exports, "svd");
  export_job<EighJob>(env, exports, "eigh");
  export_job<EigJob>(env, exports, "eig");
  export_job<CholeskyJob>(env, exports, "cholesky");
  export_job<SolveJob>(env, exports, "solve");
  export_job<InverseSqrtJob>(env, exports, "inverseSqrt");
  export_job<WhitenJob>(env, exports, "whiten");
  export_job<MatmulJob>(env, exports, "matmul");
  export_job<BatchJob<Svd, SvdEach>>(env, exports, "svdBatch");
  export_job<BatchJob<Eigh, EighEach>>(env, exports, "eighBatch");
}

}  // namespace eigenview::binding
