// Rows on their way into an accumulator, in every manner that must not matter.
#pragma once

#include <cstdlib>
#include <string>
#include <thread>

#include "../core/moments/gram.h"
#include "check.h"
#include "matrices.h"

namespace eigenview::checks {

// EIGENVIEW_KERNEL while it lives.
struct UseKernel {
  explicit UseKernel(const char* name) { setenv("EIGENVIEW_KERNEL", name, 1); }
  ~UseKernel() { unsetenv("EIGENVIEW_KERNEL"); }
};

// Those that this machine runs.
inline std::vector<const char*> machine_kernels() {
  std::vector<const char*> names;
  for (const char* name : {"plain", "avx2", "avx512", "neon"}) {
    const UseKernel use(name);
    if (std::string(choose_tile().name) == name) names.push_back(name);
  }
  return names;
}

// Bytes of a staging area: few, so that some hundred rows fill several.
constexpr int64_t kArea = int64_t{1} << 20;

// How rows reach an accumulator.
struct Feed {
  int threads = 1;
  uint64_t cuts = 0;       // seed of the random cuts; 0: none
  bool beside = false;     // sums on other threads, with a helper, while the next rows are filled in
  int64_t snapshot = 0;    // rows between snapshots; 0: one at the end
  uint64_t longest = 700;  // rows between cuts, at most
};

template <class Accumulator>
void sum(Accumulator& gram, const Feed& feed) {
  if (feed.beside) {
    std::thread helper([&] { gram.help(1); });
    gram.help(feed.threads);
    helper.join();
  } else {
    gram.help(feed.threads);
  }
  gram.check();
}

// Hands `rows` rows over: fill(from, to) takes the first of them and says how many, snapshot(rows) is taken when it is due
// and at the end.
template <class Accumulator, class Fill, class Snapshot>
void feed_rows(Accumulator& gram, int64_t rows, const Feed& feed, const Fill& fill, const Snapshot& snapshot) {
  std::thread summing;
  const auto settle = [&] {
    if (summing.joinable()) summing.join();
  };
  std::mt19937_64 bits(feed.cuts);
  int64_t due = feed.snapshot;
  for (int64_t at = 0; at < rows;) {
    int64_t to = feed.cuts == 0 ? rows : std::min(rows, at + 1 + static_cast<int64_t>(bits() % feed.longest));
    if (feed.snapshot > 0) to = std::min(to, due);
    at += fill(at, to);
    if (gram.full()) {
      settle();
      gram.swap();
      if (feed.beside) {
        summing = std::thread([&] { sum(gram, feed); });
      } else {
        sum(gram, feed);
      }
    }
    if (at == due) {
      settle();
      snapshot(at);
      due += feed.snapshot;
    }
  }
  settle();
  snapshot(rows);
}

template <class X, class Y>
Matrix accumulate(const X* x, const Y* y, int64_t rows, int dx, int dy, const Feed& feed) {
  Gram gram(dx, dy, {}, kArea);
  Matrix result(gram.width(), gram.width());
  feed_rows(
      gram, rows, feed, [&](int64_t from, int64_t to) { return gram.fill(x, y, from, to); },
      [&](int64_t count) { CHECK(gram.snapshot(feed.threads, result.data.data()) == count); });
  return result;
}

inline Matrix accumulate(const Matrix& x, const Matrix& y, const Feed& feed) {
  return accumulate(x.data.data(), y.cols == 0 ? nullptr : y.data.data(), x.rows, x.cols, y.cols, feed);
}

}  // namespace eigenview::checks
