#include <utility>

#include "../core/losses/barlow_twins.h"
#include "../core/losses/sigreg.h"
#include "../core/losses/simclr.h"
#include "../core/losses/vicreg.h"
#include "arguments.h"

namespace eigenview::binding {
namespace {

double to_double(const Napi::Value& value) { return value.As<Napi::Number>().DoubleValue(); }

// What every job takes first: threads, batches (Float64Array or Float32Array each), rows, cols, gradients (Float64Array each,
// of any content, which the job writes to in place: nobody else knows them before its promise settles), cancelled?.
struct Arguments {
  losses::Batches batches;
  losses::Gradients gradients;
  int threads;
  CancelFlag cancelled;

  explicit Arguments(const Napi::CallbackInfo& info) : threads(to_int(info[0])), cancelled(info[5]) {
    const auto arrays = info[1].As<Napi::Array>(), outputs = info[4].As<Napi::Array>();
    batches.count = arrays.Length();
    batches.rows = to_int(info[2]);
    batches.cols = to_int(info[3]);
    const int64_t size = batches.rows * batches.cols;
    batches.data = Buffer(batches.count * size);
    for (uint32_t b = 0; b < arrays.Length(); b++) {
      const Napi::Value array = arrays[b];
      const Numbers numbers(array);
      if (numbers.size != size) throw detached(info.Env());
      numbers.copy(0, size, batches.row(b, 0));
      const Napi::Value output = outputs[b];
      auto gradient = output.As<Napi::Float64Array>();
      if (static_cast<int64_t>(gradient.ElementLength()) != size) throw detached(info.Env());
      gradients.push_back(gradient.Data());
      owners_.push_back(Napi::Persistent(gradient));
    }
  }
  losses::Team team() const { return {threads, cancelled.get()}; }

 private:
  std::vector<Napi::Reference<Napi::Float64Array>> owners_;
};

// Threads go to the team, each of its members calls single-threaded BLAS.
struct LossJob {
  Arguments arguments;
  // The terms, in the order of the core's struct.
  std::vector<double> terms;

  explicit LossJob(const Napi::CallbackInfo& info) : arguments(info) {}
  int blas_threads() const { return 1; }
  Napi::Value result(Napi::Env env) const {
    return to_array(env, terms.data(), static_cast<int64_t>(terms.size()));
  }
};

// vicreg(…, invariance, variance, covariance, gamma, epsilon).
struct VicregJob : LossJob {
  losses::VicregWeights weights;

  explicit VicregJob(const Napi::CallbackInfo& info)
      : LossJob(info),
        weights{to_double(info[6]), to_double(info[7]), to_double(info[8]), to_double(info[9]), to_double(info[10])} {}
  void run() {
    const auto found = losses::vicreg(arguments.batches, weights, arguments.team(), arguments.gradients);
    terms.push_back(found.invariance);
    terms.insert(terms.end(), found.variance.begin(), found.variance.end());
    terms.insert(terms.end(), found.covariance.begin(), found.covariance.end());
  }
};

// barlowTwins(…, onDiagonal, offDiagonal, epsilon, ddof).
struct BarlowTwinsJob : LossJob {
  losses::BarlowTwinsWeights weights;

  explicit BarlowTwinsJob(const Napi::CallbackInfo& info)
      : LossJob(info), weights{to_double(info[6]), to_double(info[7]), to_double(info[8]), to_int(info[9])} {}
  void run() {
    const auto found = losses::barlow_twins(arguments.batches, weights, arguments.team(), arguments.gradients);
    terms = {found.on_diagonal, found.off_diagonal};
  }
};

// simclr(…, temperature).
struct SimclrJob : LossJob {
  double temperature;

  explicit SimclrJob(const Napi::CallbackInfo& info) : LossJob(info), temperature(to_double(info[6])) {}
  void run() {
    const auto found = losses::simclr(arguments.batches, temperature, arguments.team(), arguments.gradients);
    terms = {found.alignment, found.uniformity};
  }
};

// sigreg(…, knots, tMax, sigreg, invariance, and either directions as rows of unit length, count; or seed high, seed low,
// stream, count).
struct SigregJob : LossJob {
  losses::SigregOptions options;
  Matrix directions;
  std::optional<Stream> stream;
  int count = 0;

  explicit SigregJob(const Napi::CallbackInfo& info)
      : LossJob(info), options{to_int(info[6]), to_double(info[7]), to_double(info[8]), to_double(info[9])} {
    if (!info[10].IsNumber()) {
      const Numbers numbers(info[10]);
      directions = Matrix(to_int(info[11]), static_cast<int>(arguments.batches.cols));
      if (numbers.size != directions.size()) throw detached(info.Env());
      numbers.copy(0, directions.size(), directions.data.data());
    } else {
      stream = to_stream(info, 10);
      count = to_int(info[13]);
    }
  }
  void run() {
    if (stream) {
      directions = losses::random_directions(*stream, count, static_cast<int>(arguments.batches.cols), arguments.team());
    }
    const auto found = losses::sigreg(arguments.batches, directions, options, arguments.team(), arguments.gradients);
    terms = {found.sigreg, found.invariance};
  }
};

}  // namespace

void export_losses(Napi::Env env, Napi::Object exports) {
  export_job<VicregJob>(env, exports, "vicreg");
  export_job<BarlowTwinsJob>(env, exports, "barlowTwins");
  export_job<SimclrJob>(env, exports, "simclr");
  export_job<SigregJob>(env, exports, "sigreg");
}

}  // namespace eigenview::binding
