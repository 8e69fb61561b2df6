// The judge of the linear problems against their definitions: losses of regressions on the data themselves, spectra and
// row spaces from generalised eigenproblems; that threads and company change no bit; what becomes of samples that fail.
#include "../core/closed_form/judge.h"

#include <chrono>
#include <thread>

#include "../core/blas_threads.h"
#include "../core/linalg/decompose.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr int kAll = 7;

struct Data {
  Matrix x, y;
};

Matrix mean_product(const Matrix& a, const Matrix& b) { return times(product(transpose(a), b), 1.0 / a.rows); }

// Targets of which the inputs explain a part; inputs of unequal variances, correlated.
Data random_data(int n, int d, int l, uint64_t seed) {
  Matrix x = product(random_matrix(n, d, seed), random_matrix(d, d, seed + 1));
  for (int64_t i = 0; i < x.rows; i++) {
    for (int64_t j = 0; j < d; j++) x(i, j) *= 1 + 0.3 * static_cast<double>(j);
  }
  Matrix y = product(x, random_matrix(d, l, seed + 2));
  const Matrix rest = random_matrix(n, l, seed + 3);
  for (int64_t i = 0; i < y.size(); i++) y.data[i] += rest.data[i];
  return {std::move(x), std::move(y)};
}

Sample moments(const Data& data) {
  const double energy = size_of(data.y);
  return {mean_product(data.x, data.x), mean_product(data.y, data.x), energy * energy / data.y.rows};
}

Matrix noise(std::initializer_list<double> levels, int d) {
  Matrix covariances(static_cast<int>(levels.size()), d);
  int64_t row = 0;
  for (const double level : levels) {
    for (int64_t j = 0; j < d; j++) covariances(row, j) = level * (0.1 + static_cast<double>((7 * j) % d));
    row++;
  }
  return covariances;
}

std::vector<Sample> copies(const std::vector<Sample>& samples) {
  std::vector<Sample> all;
  for (const Sample& each : samples) {
    all.push_back({each.input_second.clone(), each.target_input.clone(), each.target_energy});
  }
  return all;
}

std::vector<Sample> one(const Sample& sample) {
  std::vector<Sample> samples;
  samples.push_back({sample.input_second.clone(), sample.target_input.clone(), sample.target_energy});
  return samples;
}

Judgement of(const Verdict& verdict, size_t i, Problem problem) {
  CHECK(!verdict.failure);
  return verdict.judgements[kProblems * i + static_cast<size_t>(problem)];
}

// (1/n) Σ‖y − V x‖².
double squared_error(const Data& data, const Matrix& weights) {
  const double rest = distance(data.y, product(data.x, transpose(weights)));
  return rest * rest / data.y.rows;
}

// Regresses the targets on the codes E x.
double probe(const Data& data, const Matrix& encoder) {
  const Matrix codes = product(data.x, transpose(encoder));
  const Matrix weights = solve(gram(codes), product(transpose(codes), data.y));
  return squared_error({codes.clone(), data.y.clone()}, transpose(weights));
}

// By the singular vectors of the encoder instead of any whitening.
double sine(const Matrix& encoder, int dims) {
  const int k = std::min(encoder.rows, encoder.cols), outside = encoder.cols - dims;
  if (outside == 0) return 0;
  const Matrix basis = svd(encoder, k).vt;
  Matrix part(k, outside);
  for (int64_t i = 0; i < k; i++) std::copy_n(basis.row(i) + dims, outside, part.row(i));
  return svd(part, 1).s[0];
}

// The leading generalised eigenvectors of (A, S) as rows.
struct Leading {
  Matrix rows;
  double score;
  Leading(const Matrix& a, const Matrix& s, int k) {
    const Eigh pairs = eigh(a, &s, k);
    rows = transpose(pairs.vectors);
    score = pairs.values[k - 1];
  }
};

void definitions() {
  struct Shape {
    int n, d, l, dims;
  };
  for (const Shape& shape :
       {Shape{60, 12, 3, 8}, Shape{40, 5, 7, 2}, Shape{30, 9, 1, 9}, Shape{90, 33, 4, 20}, Shape{9, 1, 2, 1}}) {
    test("by definition, d = " + std::to_string(shape.d), [&] {
      const Data data = random_data(shape.n, shape.d, shape.l, 1);
      const Sample sample = moments(data);
      const Matrix covariances = noise({0.5, 10}, shape.d);
      const Matrix& g = sample.input_second;
      std::vector<int> ks = {1, std::min(2, shape.d), shape.d};
      const auto verdicts = judge(one(sample), covariances, {ks, shape.dims, kAll}, 1, nullptr);
      CHECK(verdicts.size() == 2);
      for (size_t c = 0; c < 2; c++) {
        Matrix s = g.clone();
        for (int64_t i = 0; i < s.rows; i++) s(i, i) += covariances(static_cast<int64_t>(c), i);
        const Matrix weights = transpose(solve(s, transpose(sample.target_input)));
        // Inputs of condition 1e4 at most.
        const double rounding = 1e-10 * sample.target_energy;
        for (size_t i = 0; i < ks.size(); i++) {
          const Leading je(g, s, ks[i]), rc(gram(g), s, ks[i]);
          const Judgement supervised = of(verdicts[c], i, kSupervised);
          CHECK_AT_MOST(std::fabs(supervised.loss - squared_error(data, weights)), rounding);
          CHECK_AT_MOST(std::fabs(supervised.sine - sine(weights, shape.dims)), 1e-7);
          CHECK(supervised.score == 0);
          const Judgement embedded = of(verdicts[c], i, kJointEmbedding);
          CHECK_AT_MOST(std::fabs(embedded.loss - probe(data, je.rows)), rounding);
          CHECK_AT_MOST(std::fabs(embedded.sine - sine(je.rows, shape.dims)), 1e-7);
          CHECK_AT_MOST(std::fabs(embedded.score - je.score), 1e-11);
          const Judgement rebuilt = of(verdicts[c], i, kReconstruction);
          CHECK_AT_MOST(std::fabs(rebuilt.loss - probe(data, rc.rows)), rounding);
          CHECK_AT_MOST(std::fabs(rebuilt.sine - sine(rc.rows, shape.dims)), 1e-7);
          CHECK_AT_MOST(std::fabs(rebuilt.score * rebuilt.score - rc.score), 1e-11 * size_of(g));
        }
      }
    });
  }
  // ω = g/(g + σ) and φ = g/√(g + σ): joint embedding learns the quiet signal, reconstruction the loud noise.
  test("coordinates that do not mix", [] {
    for (const double scale : {1.0, 0x1p-300, 0x1p300}) {
      Sample sample{times(diagonal({4, 100, 1}), scale), times(matrix(1, 3, {2, 0, 0.5}), scale), 3 * scale};
      const Matrix covariance = times(matrix(1, 3, {1, 300, 4}), scale);
      const auto verdicts = judge(one(sample), covariance, {{1, 3}, 1, kAll}, 1, nullptr);
      const auto near = [](double value, double expected) { CHECK_AT_MOST(std::fabs(value / expected - 1), 1e-13); };
      const Judgement je = of(verdicts[0], 0, kJointEmbedding), rc = of(verdicts[0], 0, kReconstruction);
      near(je.score, 0.8);
      near(je.loss, 2 * scale);
      CHECK(je.sine == 0);
      near(rc.score, 5 * std::sqrt(scale));
      near(rc.loss, 3 * scale);
      near(rc.sine, 1);
      for (const Problem problem : {kJointEmbedding, kReconstruction}) {
        // Of all directions the probe is the regression on the inputs: 3 − 2²/4 − 0.5²/1.
        near(of(verdicts[0], 1, problem).loss, 1.75 * scale);
        near(of(verdicts[0], 1, problem).sine, 1);
      }
      // V = (2/5, 0, 0.5/5): 3 − 2 (0.8 + 0.05) + 4·0.16 + 0.01.
      const Judgement supervised = of(verdicts[0], 0, kSupervised);
      near(supervised.loss, 1.95 * scale);
      near(supervised.sine, 1 / std::sqrt(17.0));
    }
  });
  test("directions without energy are learned last and read nothing", [] {
    Sample sample{diagonal({4, 0, 0}), matrix(2, 3, {1, 0, 0, 1, 0, 0}), 5};
    const auto verdicts = judge(one(sample), noise({1}, 3), {{1, 2, 3}, 1, kAll}, 1, nullptr);
    for (size_t i = 0; i < 3; i++) {
      for (const Problem problem : {kJointEmbedding, kReconstruction}) {
        CHECK_AT_MOST(std::fabs(of(verdicts[0], i, problem).loss - 4.5), 1e-13);
      }
    }
    // Two targets, one direction: dependent weights.
    CHECK_AT_MOST(of(verdicts[0], 0, kSupervised).sine, 1e-12);
  });
}

bool same(const Judgement& a, const Judgement& b) {
  return a.loss == b.loss && a.sine == b.sine && a.score == b.score;
}

void company() {
  std::vector<Sample> samples;
  for (uint64_t seed = 1; seed <= 9; seed++) samples.push_back(moments(random_data(50, 17, 3, 10 * seed)));
  const Matrix covariances = noise({0.1, 1, 5}, 17);
  const Questions questions{{1, 4, 9}, 11, kAll};
  const auto expected = judge(samples, covariances, questions, 1, nullptr);
  test("the same bits at every number of threads", [&] {
    for (int threads = 2; threads <= 8; threads++) {
      const auto verdicts = judge(samples, covariances, questions, threads, nullptr);
      CHECK(verdicts.size() == 27);
      for (size_t i = 0; i < verdicts.size(); i++) {
        for (size_t j = 0; j < 9; j++) CHECK(same(verdicts[i].judgements[j], expected[i].judgements[j]));
      }
    }
  });
  test("the same bits alone, where sample s under covariance c belongs", [&] {
    for (size_t i = 0; i < expected.size(); i++) {
      Matrix covariance(1, 17);
      std::copy_n(covariances.row(static_cast<int64_t>(i % 3)), 17, covariance.data.data());
      const auto alone = judge(one(samples[i / 3]), covariance, questions, 1, nullptr);
      for (size_t j = 0; j < 9; j++) CHECK(same(alone[0].judgements[j], expected[i].judgements[j]));
    }
  });
  test("the same bits whichever problems are wanted", [&] {
    for (int problems = 0; problems <= kAll; problems++) {
      const auto verdicts = judge(one(samples[0]), covariances, {questions.ks, 11, problems}, 1, nullptr);
      for (size_t j = 0; j < 9; j++) {
        if ((problems >> j % 3 & 1) != 0) CHECK(same(verdicts[1].judgements[j], expected[1].judgements[j]));
      }
    }
  });
  test("one sample's failure is its own", [&] {
    for (const int threads : {1, 4}) {
      std::vector<Sample> some = copies(samples);
      // Without energy in a coordinate: singular only where the noise leaves it out.
      for (int64_t i = 0; i < 17; i++) some[2].input_second(2, i) = some[2].input_second(i, 2) = 0;
      some[5].input_second(1, 1) = NAN;
      some[7].target_input(0, 0) = HUGE_VAL;
      Matrix without = covariances.clone();
      without(1, 2) = 0;
      const auto verdicts = judge(some, without, questions, threads, nullptr);
      for (size_t i = 0; i < verdicts.size(); i++) {
        const std::optional<Failure>& failure = verdicts[i].failure;
        const size_t s = i / 3, c = i % 3;
        if (s == 5 || s == 7 || (s == 2 && c == 1)) {
          CHECK(failure && failure->at == static_cast<int64_t>(i) && verdicts[i].judgements.empty());
          CHECK(failure->status == (s == 5 ? Status::not_finite : s == 7 ? Status::out_of_range : Status::singular));
          if (s == 2) CHECK_AT_MOST(1 - std::fabs(failure->direction[2]), 1e-12);
        } else {
          CHECK(!failure);
          if (s == 2 || c == 1) continue;
          for (size_t j = 0; j < 9; j++) CHECK(same(verdicts[i].judgements[j], expected[i].judgements[j]));
        }
      }
    }
  });
  test("no sample, no covariance", [&] {
    CHECK(judge({}, covariances, questions, 4, nullptr).empty());
    CHECK(judge(one(samples[0]), Matrix(0, 17), questions, 4, nullptr).empty());
  });
  test("cancellation, before the start and amid the work", [&] {
    std::atomic<int32_t> cancelled{1};
    for (const int threads : {1, 4}) {
      FAILURE_OF(Status::cancelled, judge(samples, covariances, questions, threads, &cancelled));
      cancelled = 0;
      // Work for minutes.
      Matrix many(100000, 17);
      for (int64_t i = 0; i < many.rows; i++) std::copy_n(covariances.row(0), 17, many.row(i));
      std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        cancelled = 1;
      });
      FAILURE_OF(Status::cancelled, judge(samples, many, questions, threads, &cancelled));
      canceller.join();
    }
  });
}

}  // namespace

int main() {
  const BlasThreads single(1);
  definitions();
  company();
  return finish();
}
