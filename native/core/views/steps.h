// The steps that view processes are made of. `numbers` of a step: what src/backends/views.ts lists for its kind.
#pragma once

#include <memory>
#include <string>

#include "step.h"

namespace eigenview {

// A step without steps below it, for rows of `in` numbers; null for a kind there is not.
std::unique_ptr<Step> make_step(const std::string& kind, int in, std::vector<double> numbers);

// The steps one after another; at least one.
std::unique_ptr<Step> make_sequence(Steps steps);

// For each row one of the steps, step i with probability cumulative[i] − cumulative[i − 1]; the last is 1. The steps take
// rows of one width and make rows of one width.
std::unique_ptr<Step> make_choice(Steps steps, std::vector<double> cumulative);

// The number of weights at or below u, which is in [0, 1): the choice that u stands for.
size_t choose(const std::vector<double>& cumulative, double u);

}  // namespace eigenview
