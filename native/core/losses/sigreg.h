// SIGReg and LeJEPA (Balestriero, LeCun, "LeJEPA", 2025, arXiv 2511.08544): the Epps–Pulley statistic of projections on
// random directions, by the trapezoid rule over equally spaced knots; value and gradients.
#pragma once

#include "../random.h"
#include "batches.h"

namespace eigenview::losses {

// count unit vectors as rows of normals, seeded by `stream`, sample i that of direction i.
Matrix random_directions(Stream stream, int count, int dim, const Team& team);

struct SigregOptions {
  int knots;  // at least 2, the last at t_max
  double t_max;
  // Factors of the terms in the loss whose gradients are wanted.
  double sigreg, invariance;
};

struct SigregTerms {
  double sigreg = 0;      // mean over batches and directions
  double invariance = 0;  // mean over batches and elements of (z̄ − z)²; 0 of one batch
};

// Of any number of batches; directions: m×cols, rows of unit length.
// Throws not_finite, out_of_range, cancelled.
SigregTerms sigreg(const Batches& batches, const Matrix& directions, const SigregOptions& options, const Team& team,
                   const Gradients& gradients);

}  // namespace eigenview::losses
