#include "../core/closed_form/judge.h"

#include "arguments.h"

namespace eigenview::binding {
namespace {

// judge(threads, inputSeconds, d, targetInputs, l, targetEnergies, covariances, ks, dims, problems, cancelled?):
// { numbers: Float64Array, failures: Error[] }. The matrices of all samples lie one behind the other, the covariances are
// diagonals; `numbers` holds loss, sine and score of every (sample, covariance, k, problem), a failure's `at` which pair
// of sample and covariance it is of.
struct JudgeJob {
  int threads;
  std::vector<Sample> samples;
  Matrix covariances;
  Questions questions;
  CancelFlag cancelled;
  std::vector<Verdict> verdicts;
  Buffer numbers;

  explicit JudgeJob(const Napi::CallbackInfo& info) : threads(to_int(info[0])), cancelled(info[10]) {
    const Numbers seconds(info[1]), targets(info[3]), energies(info[5]), diagonals(info[6]), ks(info[7]);
    const int d = to_int(info[2]), l = to_int(info[4]);
    const int64_t square = static_cast<int64_t>(d) * d, beside = static_cast<int64_t>(l) * d;
    if (seconds.size != energies.size * square || targets.size != energies.size * beside || diagonals.size % d != 0) {
      throw detached(info.Env());
    }
    for (int64_t i = 0; i < energies.size; i++) {
      samples.push_back({Matrix(d, d), Matrix(l, d), 0});
      seconds.copy(i * square, square, samples.back().input_second.data.data());
      targets.copy(i * beside, beside, samples.back().target_input.data.data());
      energies.copy(i, 1, &samples.back().target_energy);
    }
    covariances = Matrix(static_cast<int>(diagonals.size / d), d);
    diagonals.copy(0, diagonals.size, covariances.data.data());
    for (int64_t i = 0; i < ks.size; i++) questions.ks.push_back(static_cast<int>(ks.f64[i]));
    questions.dims = to_int(info[8]);
    questions.problems = to_int(info[9]);
  }
  // Threads go to the team, each of its members calls single-threaded BLAS.
  int blas_threads() const { return 1; }
  void run() {
    verdicts = judge(samples, covariances, questions, threads, cancelled.get());
    const int64_t each = static_cast<int64_t>(questions.ks.size()) * kProblems * 3;
    numbers = Buffer::zeros(static_cast<int64_t>(verdicts.size()) * each);
    double* out = numbers.data();
    for (const Verdict& verdict : verdicts) {
      double* next = out;
      for (const Judgement& judgement : verdict.judgements) {
        *next++ = judgement.loss;
        *next++ = judgement.sine;
        *next++ = judgement.score;
      }
      out += each;
    }
  }
  Napi::Value result(Napi::Env env) const {
    auto failures = Napi::Array::New(env);
    for (const Verdict& verdict : verdicts) {
      if (verdict.failure) failures.Set(failures.Length(), to_error(env, *verdict.failure).Value());
    }
    Napi::Object object = Napi::Object::New(env);
    object.Set("numbers", to_array(env, numbers));
    object.Set("failures", failures);
    return object;
  }
};

}  // namespace

void export_closed_form(Napi::Env env, Napi::Object exports) { export_job<JudgeJob>(env, exports, "judge"); }

}  // namespace eigenview::binding
