// VICReg (Bardes, Ponce, LeCun, ICLR 2022, arXiv 2105.04906, section 4.1), value and gradients.
#pragma once

#include <vector>

#include "batches.h"

namespace eigenview::losses {

// Factors of the terms in the loss, whose gradients are wanted; γ and ε of the hinge γ − √(var + ε).
struct VicregWeights {
  double invariance, variance, covariance, gamma, epsilon;
};

struct VicregTerms {
  double invariance = 0;                       // mean of (Z − Z′)²; 0 where there is but one batch
  std::vector<double> variance, covariance;    // of each batch
};

// Of one batch or two, of at least two rows; overwrites them.
// Throws not_finite, out_of_range, cancelled.
VicregTerms vicreg(Batches& batches, const VicregWeights& weights, const Team& team, const Gradients& gradients);

}  // namespace eigenview::losses
