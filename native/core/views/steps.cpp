#include "steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../buffer.h"
#include "../clones.h"
#include "../tiles/project.h"
#include "image/image.h"

namespace eigenview {

size_t choose(const std::vector<double>& cumulative, double u) {
  const auto above = std::upper_bound(cumulative.begin(), cumulative.end(), u);
  return std::min(static_cast<size_t>(above - cumulative.begin()), cumulative.size() - 1);
}

namespace {

class Sequence : public Step {
 public:
  explicit Sequence(Steps steps) : Step(steps.front()->in(), steps.back()->out()), steps_(std::move(steps)) {}

  uint32_t enumerate(uint32_t next) override {
    next = Step::enumerate(next);
    for (const auto& step : steps_) next = step->enumerate(next);
    return next;
  }

  void apply(const Draw* draws, int64_t count, const double* x, double* y) const override {
    Buffer before, after;
    const double* from = x;
    for (size_t i = 0; i < steps_.size(); i++) {
      const bool last = i + 1 == steps_.size();
      if (!last) after = Buffer(count * steps_[i]->out());
      steps_[i]->apply(draws, count, from, last ? y : after.data());
      std::swap(before, after);
      from = before.data();
    }
  }

 private:
  Steps steps_;
};

// Rows for which the same branch is drawn, as one batch.
class Branches {
 public:
  Branches(const Draw* draws, uint32_t step, int64_t count, const std::vector<double>& cumulative)
      : rows_(cumulative.size()) {
    for (int64_t i = 0; i < count; i++) rows_[choose(cumulative, uniform(draws[i].at(step), 0))].push_back(i);
  }

  // Calls apply(branch, draws, count, x, y) with the rows of each branch put together.
  template <class Apply>
  void for_each(const Draw* draws, int in, int out, const double* x, double* y, const Apply& apply) const {
    for (size_t branch = 0; branch < rows_.size(); branch++) {
      const std::vector<int64_t>& rows = rows_[branch];
      const int64_t count = static_cast<int64_t>(rows.size());
      if (count == 0) continue;
      std::vector<Draw> chosen;
      Buffer from(count * in), to(count * out);
      for (int64_t i = 0; i < count; i++) {
        const int64_t row = rows[static_cast<size_t>(i)];
        chosen.push_back(draws[row]);
        std::copy_n(x + row * in, in, from.data() + i * in);
      }
      apply(branch, chosen.data(), count, from.data(), to.data());
      for (int64_t i = 0; i < count; i++) {
        std::copy_n(to.data() + i * out, out, y + rows[static_cast<size_t>(i)] * out);
      }
    }
  }

 private:
  std::vector<std::vector<int64_t>> rows_;
};

class Choice : public Step {
 public:
  Choice(Steps steps, std::vector<double> cumulative)
      : Step(steps.front()->in(), steps.front()->out()), steps_(std::move(steps)), cumulative_(std::move(cumulative)) {}

  uint32_t enumerate(uint32_t next) override {
    next = Step::enumerate(next);
    for (const auto& step : steps_) next = step->enumerate(next);
    return next;
  }

  void apply(const Draw* draws, int64_t count, const double* x, double* y) const override {
    const Branches branches(draws, number(), count, cumulative_);
    branches.for_each(draws, in(), out(), x, y,
                      [&](size_t branch, const Draw* chosen, int64_t rows, const double* from, double* to) {
                        steps_[branch]->apply(chosen, rows, from, to);
                      });
  }

 private:
  Steps steps_;
  std::vector<double> cumulative_;
};

class Identity : public RowStep {
 public:
  explicit Identity(int in) : RowStep(in, in) {}

 protected:
  void apply_row(const Draw&, const double* x, double* y) const override { std::copy_n(x, in(), y); }
};

// Adding 0 would change −0; adding −0 changes nothing.
EIGENVIEW_CLONES void add_scaled(const double* x, const double* deviations, const float* g, int64_t count, double* y) {
  for (int64_t j = 0; j < count; j++) {
    y[j] = x[j] + (deviations[j] > 0 ? deviations[j] * static_cast<double>(g[j]) : -0.0);
  }
}

// x + diag(deviations) g. Coordinates with zero deviation keep their bits.
class Noise : public RowStep {
 public:
  Noise(int in, std::vector<double> deviations) : RowStep(in, in), deviations_(std::move(deviations)) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    constexpr int64_t kStretch = 512;
    float g[kStretch];
    for (int64_t from = 0; from < in(); from += kStretch) {
      const int64_t count = std::min<int64_t>(kStretch, in() - from);
      normals(draw, from, count, g);
      add_scaled(x + from, deviations_.data() + from, g, count, y + from);
    }
  }

 private:
  std::vector<double> deviations_;
};

// x + R g.
class CorrelatedNoise : public Step {
 public:
  CorrelatedNoise(int in, const std::vector<double>& root) : Step(in, in), projector_(as_matrix(in, root)) {}

  void apply(const Draw* draws, int64_t count, const double* x, double* y) const override {
    std::vector<float> g(static_cast<size_t>(count * in()));
    for (int64_t i = 0; i < count; i++) normals(draws[i].at(number()), 0, in(), g.data() + i * in());
    projector_.apply(g.data(), in(), count, y);
    for (int64_t i = 0; i < count * in(); i++) y[i] += x[i];
  }

 private:
  static Matrix as_matrix(int d, const std::vector<double>& root) {
    Matrix matrix(d, d);
    std::copy(root.begin(), root.end(), matrix.data.data());
    return matrix;
  }

  Projector projector_;
};

// factor · x_j where the coordinate's word is below `limit`, else 0. By bits: a branch would be mispredicted every other time.
EIGENVIEW_CLONES void keep_below(const uint32_t* words, uint64_t limit, double factor, const double* x, int64_t d,
                                 double* y) {
  for (int64_t j = 0; j < d; j++) {
    const uint64_t kept = 0 - static_cast<uint64_t>(words[j] < limit);
    const double scaled = factor * x[j];
    uint64_t bits;
    std::memcpy(&bits, &scaled, 8);
    bits &= kept;
    std::memcpy(y + j, &bits, 8);
  }
}

// factor · x_j where the coordinate's group is kept, else 0. Group g is kept when its uniform is below `keep`.
class Mask : public RowStep {
 public:
  Mask(int in, const std::vector<double>& numbers)
      : RowStep(in, in),
        // w / 2³² < keep as w < ⌈keep · 2³²⌉, exact in doubles.
        limit_(static_cast<uint64_t>(std::ceil(numbers[0] * 0x1p32))),
        factor_(numbers[1]),
        groups_(numbers.begin() + 2, numbers.end()) {
    count_ = 1 + *std::max_element(groups_.begin(), groups_.end());
    for (size_t j = 0; j < groups_.size(); j++) one_each_ = one_each_ && groups_[j] == static_cast<int>(j);
  }

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    std::vector<uint32_t> drawn(static_cast<size_t>(count_ + 3));
    words(draw, 0, count_, drawn.data());
    if (one_each_) return keep_below(drawn.data(), limit_, factor_, x, in(), y);
    for (int64_t j = 0; j < in(); j++) {
      y[j] = drawn[static_cast<size_t>(groups_[static_cast<size_t>(j)])] < limit_ ? factor_ * x[j] : 0;
    }
  }

 private:
  uint64_t limit_;
  double factor_;
  std::vector<int> groups_;
  int64_t count_ = 0;
  bool one_each_ = true;
};

// y_j = ± x_p(j), one of several signed permutations.
class Permutation : public RowStep {
 public:
  Permutation(int in, const std::vector<double>& numbers) : RowStep(in, in) {
    const auto choices = static_cast<int64_t>(numbers[0]);
    cumulative_.assign(numbers.begin() + 1, numbers.begin() + 1 + choices);
    signed_.assign(numbers.begin() + 1 + choices, numbers.end());
  }

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    const int* from = signed_.data() + static_cast<int64_t>(choose(cumulative_, uniform(draw, 0))) * in();
    for (int64_t j = 0; j < in(); j++) y[j] = from[j] > 0 ? x[from[j] - 1] : -x[-from[j] - 1];
  }

 private:
  std::vector<double> cumulative_;
  std::vector<int> signed_;  // ±(1 + index)
};

// y = A x + b, one of several.
class Affine : public Step {
 public:
  Affine(int in, const std::vector<double>& numbers) : Step(in, static_cast<int>(numbers[1])) {
    const auto choices = static_cast<int64_t>(numbers[0]);
    const double* next = numbers.data() + 2;
    cumulative_.assign(next, next + choices);
    next += choices;
    for (int64_t i = 0; i < choices; i++) {
      Matrix matrix(out(), in);
      std::copy_n(next, matrix.size(), matrix.data.data());
      projectors_.push_back(std::make_unique<Projector>(matrix));
      next += matrix.size();
      offsets_.emplace_back(next, next + out());
      next += out();
    }
  }

  void apply(const Draw* draws, int64_t count, const double* x, double* y) const override {
    const Branches branches(draws, number(), count, cumulative_);
    branches.for_each(draws, in(), out(), x, y,
                      [&](size_t branch, const Draw*, int64_t rows, const double* from, double* to) {
                        projectors_[branch]->apply(from, in(), rows, to);
                        for (int64_t i = 0; i < rows; i++) {
                          for (int64_t j = 0; j < out(); j++) to[i * out() + j] += offsets_[branch][static_cast<size_t>(j)];
                        }
                      });
  }

 private:
  std::vector<double> cumulative_;
  std::vector<std::unique_ptr<Projector>> projectors_;
  std::vector<std::vector<double>> offsets_;
};

}  // namespace

std::unique_ptr<Step> make_sequence(Steps steps) { return std::make_unique<Sequence>(std::move(steps)); }

std::unique_ptr<Step> make_choice(Steps steps, std::vector<double> cumulative) {
  return std::make_unique<Choice>(std::move(steps), std::move(cumulative));
}

std::unique_ptr<Step> make_step(const std::string& kind, int in, std::vector<double> numbers) {
  if (kind == "identity") return std::make_unique<Identity>(in);
  if (kind == "noise") return std::make_unique<Noise>(in, std::move(numbers));
  if (kind == "correlatedNoise") return std::make_unique<CorrelatedNoise>(in, numbers);
  if (kind == "mask") return std::make_unique<Mask>(in, numbers);
  if (kind == "permutation") return std::make_unique<Permutation>(in, numbers);
  if (kind == "affine") return std::make_unique<Affine>(in, numbers);
  return nullptr;
}

}  // namespace eigenview
