#include "judge.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "../linalg/decompose.h"
#include "../linalg/dense.h"
#include "../team.h"

namespace eigenview {
namespace {

// A Bᵀ and A B.
Matrix times_transposed(const Matrix& a, const Matrix& b) { return matmul(a, b, false, true); }
Matrix times(const Matrix& a, const Matrix& b) { return matmul(a, b, false, false); }

double sum_of_squares(const Matrix& a) {
  double sum = 0;
  for (int64_t i = 0; i < a.size(); i++) sum += a.data[i] * a.data[i];
  return sum;
}

// A decomposition that is not even half right did not converge.
void check_residual(double residual) {
  if (!(residual <= std::sqrt(kEps))) throw Failure(Status::no_convergence);
}

// Rows W with W S Wᵀ = I on the span of a semi-definite S. Of a well-conditioned one the Cholesky factor gives them, at a
// fraction of the cost.
Matrix whiten_span(const Matrix& s) {
  std::optional<Matrix> rows = inverse_cholesky(s, std::sqrt(kEps));
  return rows ? std::move(*rows) : whiten(s, s.rows * kEps);
}

// min_V (1/n) Σ‖y − V E x‖², by way of K = E (XᵀX/n) Eᵀ scaled to a unit diagonal; src/closed-form/probe-loss.ts.
double probe_loss(const Sample& sample, const Matrix& encoder) {
  const int k = encoder.rows;
  Matrix second = times_transposed(times(encoder, sample.input_second), encoder);
  Matrix cross = times_transposed(sample.target_input, encoder);
  Buffer scales(k);
  double largest = 0;
  double trace = 0;
  for (int64_t i = 0; i < encoder.cols; i++) trace += sample.input_second(i, i);
  const double rounding = encoder.cols * kEps * trace;
  for (int64_t i = 0; i < k; i++) {
    const double length = norm(encoder.row(i), encoder.cols);
    scales[i] = second(i, i) > rounding * length * length ? 1 / std::sqrt(second(i, i)) : 0;
    largest = std::max(largest, scales[i]);
  }
  if (largest == 0) return sample.target_energy;
  for (int64_t i = 0; i < k; i++) {
    // One after the other: the product of two scales can overflow.
    for (int64_t j = 0; j < k; j++) second(i, j) = second(i, j) * scales[i] * scales[j];
    for (int64_t l = 0; l < cross.rows; l++) cross(l, i) *= scales[i];
  }
  return sample.target_energy - sum_of_squares(times_transposed(cross, whiten_span(second)));
}

// With orthonormal rows Q of the same span, the largest singular value of Q's columns from `dims` on; src/study/angle.ts.
double sine_to_signal(const Matrix& encoder, int dims) {
  const int outside = encoder.cols - dims;
  if (outside == 0) return 0;
  const Matrix rows = times(whiten_span(times_transposed(encoder, encoder)), encoder);
  Matrix part(rows.rows, outside);
  for (int64_t i = 0; i < rows.rows; i++) std::copy_n(rows.row(i) + dims, outside, part.row(i));
  const Eigh squares = eigh(times_transposed(part, part), nullptr, 1);
  check_residual(squares.residual);
  return std::sqrt(std::min(1.0, std::max(0.0, squares.values[0])));
}

Judgement judged(const Sample& sample, const Matrix& encoder, int dims, double score) {
  return {probe_loss(sample, encoder), sine_to_signal(encoder, dims), score};
}

// V = (B Wᵀ) W with B = YᵀX/n; (1/n) Σ‖y − V x‖² = tr(YᵀY)/n − 2 tr(V Bᵀ) + tr(V (XᵀX/n) Vᵀ).
Judgement supervised(const Sample& sample, const Matrix& whitener, int dims) {
  const Matrix weights = times(times_transposed(sample.target_input, whitener), whitener);
  const Matrix image = times(weights, sample.input_second);
  double loss = sample.target_energy;
  for (int64_t i = 0; i < image.size(); i++) {
    loss += weights.data[i] * (image.data[i] - 2 * sample.target_input.data[i]);
  }
  return {loss, sine_to_signal(weights, dims), 0};
}

// The leading k whitened directions (rows) in the coordinates of the data.
Matrix leading(const Matrix& directions, int k, const Matrix& whitener) {
  Matrix rows(k, directions.cols);
  std::copy_n(directions.data.data(), rows.size(), rows.data.data());
  return times(rows, whitener);
}

// The k largest singular values of A and their right vectors, as rows. From AᵀA at two thirds of the cost of the SVD, where
// squaring loses fewer than 5 of 16 digits.
std::tuple<Buffer, Matrix> right_factors(const Matrix& a, int k) {
  Eigh squares = eigh(matmul(a, a, true, false), nullptr, k);
  if (squares.residual <= 1e-10 && squares.values[k - 1] >= 1e-5 * squares.values[0]) {
    for (int64_t i = 0; i < k; i++) squares.values[i] = std::sqrt(squares.values[i]);
    return {std::move(squares.values), transposed(squares.vectors)};
  }
  Svd factors = svd(a, k);
  check_residual(factors.residual);
  return {std::move(factors.s), std::move(factors.vt)};
}

// Noise that is added in the views alone leaves G = C = XᵀX/n and B = YᵀX/n; S = XᵀX/n + Σ.
std::vector<Judgement> judge_one(const Sample& sample, const double* covariance, const Questions& questions) {
  const auto wanted = [&](Problem problem) { return (questions.problems >> problem & 1) != 0; };
  Matrix second = sample.input_second.clone();
  for (int64_t i = 0; i < second.rows; i++) second(i, i) += covariance[i];
  const Matrix whitener = whiten(second, std::nullopt);
  const Matrix half = times_transposed(sample.input_second, whitener);
  const int most = *std::max_element(questions.ks.begin(), questions.ks.end());
  Matrix je, rc;
  Buffer je_scores, rc_scores;
  if (wanted(kJointEmbedding)) {
    Eigh pairs = eigh(times(whitener, half), nullptr, most);
    check_residual(pairs.residual);
    je_scores = std::move(pairs.values);
    je = transposed(pairs.vectors);
  }
  if (wanted(kReconstruction)) std::tie(rc_scores, rc) = right_factors(half, most);
  std::vector<Judgement> all(questions.ks.size() * kProblems);
  if (wanted(kSupervised)) all[kSupervised] = supervised(sample, whitener, questions.dims);
  for (size_t i = 0; i < questions.ks.size(); i++) {
    const int k = questions.ks[i];
    all[kProblems * i + kSupervised] = all[kSupervised];
    if (wanted(kJointEmbedding)) {
      all[kProblems * i + kJointEmbedding] = judged(sample, leading(je, k, whitener), questions.dims, je_scores[k - 1]);
    }
    if (wanted(kReconstruction)) {
      all[kProblems * i + kReconstruction] = judged(sample, leading(rc, k, whitener), questions.dims, rc_scores[k - 1]);
    }
  }
  return all;
}

}  // namespace

std::vector<Verdict> judge(const std::vector<Sample>& samples, const Matrix& covariances, const Questions& questions,
                           int threads, const std::atomic<int32_t>* cancelled) {
  std::vector<Verdict> verdicts(samples.size() * static_cast<size_t>(covariances.rows));
  for_each(static_cast<int64_t>(verdicts.size()), threads, [&](int64_t i) {
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed) != 0) throw Failure(Status::cancelled);
    Verdict& verdict = verdicts[static_cast<size_t>(i)];
    try {
      verdict.judgements = judge_one(samples[static_cast<size_t>(i / covariances.rows)],
                                     covariances.row(i % covariances.rows), questions);
    } catch (const Failure& failure) {
      verdict.failure = failure;
      verdict.failure->at = i;
    }
  });
  return verdicts;
}

}  // namespace eigenview
