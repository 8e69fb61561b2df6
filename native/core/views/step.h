// A step of a view process: a random map of rows. Steps form a tree (steps.h) and are numbered in preorder.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "draw.h"

namespace eigenview {

class Step {
 public:
  Step(int in, int out) : in_(in), out_(out) {}
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  // Numbers of a row that comes in, and of one that goes out.
  int in() const { return in_; }
  int out() const { return out_; }

  // Maps `count` rows, x: count×in(), to y: count×out(), which do not overlap. Row i draws as draws[i] says, this step's
  // numbers from draws[i].at(number()). Safe to call from several threads.
  virtual void apply(const Draw* draws, int64_t count, const double* x, double* y) const = 0;

  // Numbers this step and those below it, from `next` on; returns the first number that is free.
  virtual uint32_t enumerate(uint32_t next) {
    number_ = next;
    return next + 1;
  }
  uint32_t number() const { return number_; }

 private:
  int in_, out_;
  uint32_t number_ = 0;
};

using Steps = std::vector<std::unique_ptr<Step>>;

// A step that maps each row by itself.
class RowStep : public Step {
 public:
  using Step::Step;
  void apply(const Draw* draws, int64_t count, const double* x, double* y) const final {
    for (int64_t i = 0; i < count; i++) apply_row(draws[i].at(number()), x + i * in(), y + i * out());
  }

 protected:
  virtual void apply_row(const Draw& draw, const double* x, double* y) const = 0;
};

}  // namespace eigenview
