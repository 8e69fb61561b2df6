#include "uniformity.h"

#include "../failure.h"
#include "../team.h"
#include "similarity.h"

namespace eigenview {
namespace {

using Units = UnitRows<DoublePanels>;

// exp(−t (2 − 2s)) over a tile; of a panel with itself the pairs i < j alone.
double sum_tile(const double* s, int64_t rows, int64_t cols, bool same, double t) {
  double sum = 0;
  for (int64_t j = 0; j < cols; j++) {
    const int64_t end = same ? j : rows;
    // Rounding must not make two equal rows closer than 0.
    for (int64_t i = 0; i < end; i++) sum += std::exp(-t * std::max(0.0, 2 - 2 * s[Units::kWidth * j + i]));
  }
  return sum;
}

double sum_blocks(const Units& a, const Units& b, bool same, int64_t d, double t) {
  const auto tile = DoublePanels::choose();
  alignas(64) double s[Units::kWidth * Units::kWidth];
  double sum = 0;
  for (int64_t q = 0; q < b.panels(); q++) {
    for (int64_t p = 0; p < (same ? q + 1 : a.panels()); p++) {
      similarities(tile, a.panel(p), b.panel(q), Units::kWidth, d, s);
      sum += sum_tile(s, a.rows_of(p), b.rows_of(q), same && p == q, t);
    }
  }
  return sum;
}

}  // namespace

double pair_potential(const RowStore& store, double t, int threads, const std::atomic<int32_t>* cancelled) {
  std::vector<double> sums(static_cast<size_t>(store.blocks()));
  // The first items are the longest.
  for_each(store.blocks(), threads, [&](int64_t p) {
    const int64_t room = std::min(RowStore::kBlock, store.rows());
    Units a(room, store.cols()), b(room, store.cols());
    a.pack(store, p);
    double sum = sum_blocks(a, a, true, store.cols(), t);
    for (int64_t q = p + 1; q < store.blocks(); q++) {
      if (cancelled != nullptr && *cancelled != 0) throw Failure(Status::cancelled);
      b.pack(store, q);
      sum += sum_blocks(a, b, false, store.cols(), t);
    }
    sums[static_cast<size_t>(p)] = sum;
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace eigenview
