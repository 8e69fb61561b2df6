// The NT-Xent loss of SimCLR (Chen, Kornblith, Norouzi, Hinton, ICML 2020, arXiv 2002.05709, equation 1), value and
// gradients, in memory of O(B k): similarities are computed a block at a time, and again when their weights are known.
#pragma once

#include "batches.h"

namespace eigenview::losses {

struct SimclrTerms {
  double alignment = 0;   // −mean s⁺/τ, s⁺ the cosine of a row and its partner
  double uniformity = 0;  // mean of log Σ_{j≠i} e^{s_ij/τ}
};

// Of two batches; overwrites them.
// Throws not_finite; out_of_range, with the row (counted over both) where one is zero, without where a result overflows;
// cancelled.
SimclrTerms simclr(Batches& batches, double temperature, const Team& team, const Gradients& gradients);

}  // namespace eigenview::losses
