// How long the next step is: Hairer & Wanner's controllers. The explicit method's remembers the last error (PI).
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "dormand_prince.h"

namespace eigenview::dynamics {

class Controller {
 public:
  // After an accepted step of h with error `err` ≤ 1, in units of the tolerance.
  double grow(double h, double err, double exponent, bool remembers) {
    double factor = std::pow(err, exponent);
    if (remembers) {
      factor /= std::pow(memory_, kControllerMemory);
      memory_ = std::max(err, 1e-4);
    }
    const double next = h / std::clamp(factor / kSafety, 1 / kMostGrowth, kMostShrinking);
    return std::exchange(rejected_, false) ? std::min(next, h) : next;
  }
  // After a rejected one with err > 1.
  double shrink(double h, double err, double exponent) {
    rejected_ = true;
    return h / std::min(kMostShrinking, std::pow(err, exponent) / kSafety);
  }
  // After one rejected for another reason.
  double divide(double h, double by) {
    rejected_ = true;
    return h / by;
  }

 private:
  static constexpr double kSafety = 0.9, kMostGrowth = 10, kMostShrinking = 5;
  double memory_ = 1e-4;
  bool rejected_ = false;
};

}  // namespace eigenview::dynamics
