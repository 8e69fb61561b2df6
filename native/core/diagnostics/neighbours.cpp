#include "neighbours.h"

#include <limits>
#include <numeric>

#include "../clones.h"
#include "../failure.h"
#include "../team.h"
#include "similarity.h"

namespace eigenview {
namespace {

struct Found {
  double similarity;
  int64_t row;
};

bool before(const Found& a, const Found& b) {
  return a.similarity > b.similarity || (a.similarity == b.similarity && a.row < b.row);
}

// The best few of what is offered in order of rows.
class Best {
 public:
  explicit Best(int64_t keep) : keep_(static_cast<size_t>(keep)) { heap_.reserve(keep_ + 1); }

  void offer(const double* similarities, int64_t count, int64_t first) {
    double most = similarities[0];
    for (int64_t i = 1; i < count; i++) most = std::max(most, similarities[i]);
    // One that equals the worst kept is of a later row.
    if (most <= worst_) return;
    for (int64_t i = 0; i < count; i++) {
      if (similarities[i] > worst_) insert({similarities[i], first + i});
    }
  }

  std::vector<Found>& sorted() {
    std::sort(heap_.begin(), heap_.end(), before);
    return heap_;
  }

 private:
  void insert(const Found& found) {
    heap_.push_back(found);
    std::push_heap(heap_.begin(), heap_.end(), before);
    if (heap_.size() > keep_) {
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    if (heap_.size() == keep_) worst_ = heap_.front().similarity;
  }

  size_t keep_;
  double worst_ = -std::numeric_limits<double>::infinity();
  std::vector<Found> heap_;
};

// Offers every row of the store to every query of `which`.
template <class Panels>
std::vector<Best> scan(const RowStore& store, const RowStore& queries, const std::vector<int64_t>& which, int64_t keep,
                       const std::atomic<int32_t>* cancelled) {
  constexpr int64_t width = Panels::kWidth;
  const int64_t d = store.cols(), count = static_cast<int64_t>(which.size());
  const auto tile = Panels::choose();
  std::vector<Best> best(which.size(), Best(keep));
  UnitRows<Panels> asked(count, d), block(std::min(RowStore::kBlock, store.rows()), d);
  asked.pack(queries, which.data(), count);
  alignas(64) double s[width * width];
  for (int64_t b = 0; b < store.blocks(); b++) {
    if (cancelled != nullptr && *cancelled != 0) throw Failure(Status::cancelled);
    block.pack(store, b);
    for (int64_t q = 0; q < asked.panels(); q++) {
      for (int64_t p = 0; p < block.panels(); p++) {
        similarities(tile, block.panel(p), asked.panel(q), width, d, s);
        for (int64_t j = 0; j < asked.rows_of(q); j++) {
          best[static_cast<size_t>(q * width + j)].offer(s + width * j, block.rows_of(p),
                                                         b * RowStore::kBlock + p * width);
        }
      }
    }
  }
  return best;
}

// In eight sums, which compilers keep in one vector.
EIGENVIEW_CLONES double dot(const double* x, const double* y, int64_t d) {
  double sums[8] = {};
  int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    for (int64_t l = 0; l < 8; l++) sums[l] += x[j + l] * y[j + l];
  }
  for (; j < d; j++) sums[0] += x[j] * y[j];
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

// How far two similarities of unit rows in single precision may be off together: each sums up to 256 products of rounded
// numbers in floats, and Σ|uᵢvᵢ| ≤ 1.
double doubt(int64_t d) { return 2 * static_cast<double>(std::min(d, kSimilarityStep) + 4) * 0x1p-24; }

class Search {
 public:
  Search(const RowStore& store, const RowStore& queries, int64_t k, const std::atomic<int32_t>* cancelled,
         Neighbours& out)
      : store_(store), queries_(queries), k_(k), cancelled_(cancelled), out_(out), query_(store.cols()), row_(store.cols()) {}

  void run(const std::vector<int64_t>& which) {
    // Enough beyond k that rows which single precision cannot tell from the k-th are rarely more.
    const int64_t keep = std::min(store_.rows(), k_ + std::max<int64_t>(16, k_ / 2));
    std::vector<Best> best = scan<SinglePanels>(store_, queries_, which, keep, cancelled_);
    std::vector<int64_t> uncertain;
    for (size_t i = 0; i < which.size(); i++) {
      std::vector<Found>& found = best[i].sorted();
      const bool all = keep == store_.rows();
      const double kth = found[static_cast<size_t>(k_ - 1)].similarity;
      if (all || found.back().similarity < kth - doubt(store_.cols())) {
        settle(which[i], found);
      } else {
        uncertain.push_back(which[i]);
      }
    }
    if (uncertain.empty()) return;
    best = scan<DoublePanels>(store_, queries_, uncertain, k_, cancelled_);
    for (size_t i = 0; i < uncertain.size(); i++) settle(uncertain[i], best[i].sorted());
  }

 private:
  // Compares the candidates in double precision and writes the best k.
  void settle(int64_t query, std::vector<Found>& candidates) {
    queries_.read(query, query_.data());
    const double scale = inverse_norm(queries_, query);
    for (Found& found : candidates) {
      store_.read(found.row, row_.data());
      found.similarity = dot(query_.data(), row_.data(), store_.cols()) * scale * inverse_norm(store_, found.row);
    }
    std::sort(candidates.begin(), candidates.end(), before);
    for (int64_t i = 0; i < k_; i++) {
      const size_t at = static_cast<size_t>(query * k_ + i);
      out_.rows[at] = static_cast<int32_t>(candidates[static_cast<size_t>(i)].row);
      out_.similarities[at] = candidates[static_cast<size_t>(i)].similarity;
    }
  }

  const RowStore& store_;
  const RowStore& queries_;
  int64_t k_;
  const std::atomic<int32_t>* cancelled_;
  Neighbours& out_;
  Buffer query_, row_;
};

// Queries that go over the store together: as many as about 8 MB hold, so that packing the store for each group costs little,
// but no fewer groups than threads.
int64_t group_size(int64_t queries, int64_t d, int threads) {
  const int64_t most = (int64_t{1} << 21) / d, share = (queries + threads - 1) / threads;
  const int64_t panels = (std::min(most, share) + kSinglePanel - 1) / kSinglePanel;
  return std::max<int64_t>(1, panels) * kSinglePanel;
}

}  // namespace

Neighbours nearest(const RowStore& store, const RowStore& queries, int k, int threads,
                   const std::atomic<int32_t>* cancelled) {
  const size_t size = static_cast<size_t>(queries.rows()) * static_cast<size_t>(k);
  Neighbours out{std::vector<int32_t>(size), std::vector<double>(size)};
  const int64_t group = group_size(queries.rows(), store.cols(), threads);
  for_each((queries.rows() + group - 1) / group, threads, [&](int64_t item) {
    std::vector<int64_t> which(static_cast<size_t>(std::min(group, queries.rows() - item * group)));
    std::iota(which.begin(), which.end(), item * group);
    Search(store, queries, k, cancelled, out).run(which);
  });
  return out;
}

}  // namespace eigenview
