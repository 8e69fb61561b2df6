// The k nearest rows by cosine similarity, without a matrix of all similarities.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "row_store.h"

namespace eigenview {

struct Neighbours {
  std::vector<int32_t> rows;  // of query i: [k i, k (i + 1)), the most similar first; of equal ones the first row first
  std::vector<double> similarities;
};

// 1 ≤ k ≤ store.rows(); no row of either is zero. All pairs are compared in single precision, which bounds where the k nearest
// can be; these few are compared again in double precision, and where single precision cannot tell, as among rows that are
// nearly the same, all pairs are. 2 · queries · rows · d flops. The same result for any number of threads and any cutting of
// the queries. `cancelled` is polled between blocks and may be null.
Neighbours nearest(const RowStore& store, const RowStore& queries, int k, int threads,
                   const std::atomic<int32_t>* cancelled);

}  // namespace eigenview
