// The three linear problems of the alignment study at one sample and one augmentation: learned in closed form, judged by
// their loss on the sample and by how far their row spaces are from the signal. A study asks for thousands of these, each
// of a few milliseconds; the formulas, with their sources, are those of src/closed-form and src/study/models.ts.
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "../buffer.h"
#include "../failure.h"

namespace eigenview {

enum Problem : int { kSupervised = 0, kJointEmbedding = 1, kReconstruction = 2, kProblems = 3 };

struct Sample {
  Matrix input_second;  // XᵀX/n, d×d
  Matrix target_input;  // YᵀX/n, ℓ×d
  double target_energy;  // tr(YᵀY)/n
};

struct Judgement {
  // Linear-probe loss of the encoding; for the supervised problem the mean squared error of the weights themselves.
  double loss;
  // Sine of the largest principal angle between the row space and the span of the first `dims` coordinates.
  double sine;
  // The k-th largest score: singular value φ of reconstruction, eigenvalue ω of joint embedding; 0 for the supervised one.
  double score;
};

struct Questions {
  std::vector<int> ks;    // dimensions of the encoders, one at least, each in [1, d]
  int dims;               // signal coordinates
  int problems;           // bit p: problem p is wanted
};

// What became of one sample under one augmentation.
struct Verdict {
  std::vector<Judgement> judgements;  // of problem p at ks[i]: at [3 i + p]; unspecified where not wanted
  std::optional<Failure> failure;     // `at`: this verdict's place
};

// Every sample under additive noise of every diagonal covariance (a row of `covariances`), on `threads` threads: sample s
// under covariance c is at [s · covariances.rows + c]. `cancelled` is polled in between and may be null.
std::vector<Verdict> judge(const std::vector<Sample>& samples, const Matrix& covariances, const Questions& questions,
                           int threads, const std::atomic<int32_t>* cancelled);

}  // namespace eigenview
