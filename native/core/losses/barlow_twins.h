// Barlow Twins (Zbontar, Jing, Misra, LeCun, Deny, ICML 2021, arXiv 2103.03230, algorithm 1), value and gradients.
#pragma once

#include "batches.h"

namespace eigenview::losses {

struct BarlowTwinsWeights {
  double on_diagonal, off_diagonal;
  // x̃ = (x − mean) / √(Σ(x − mean)²/(B − ddof) + ε).
  double epsilon;
  int ddof;
};

struct BarlowTwinsTerms {
  double on_diagonal = 0;   // Σ (Cᵢᵢ − 1)²
  double off_diagonal = 0;  // Σ_{i≠j} Cᵢⱼ²
};

// Of two batches of at least two rows; overwrites them.
// Throws not_finite; out_of_range, with the column and the first row of the batch (counted over both) where a standard
// deviation to divide by is 0, without where a result overflows; cancelled.
BarlowTwinsTerms barlow_twins(Batches& batches, const BarlowTwinsWeights& weights, const Team& team,
                              const Gradients& gradients);

}  // namespace eigenview::losses
