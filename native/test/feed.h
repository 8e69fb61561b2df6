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

// How rows reach an accumulator.
struct Feed {
  int threads = 1;
  uint64_t cuts = 0;       // seed of the random cuts; 0: none
  bool beside = false;     // sums on other threads, with a helper, while the next rows are filled in
  int64_t snapshot = 0;    // rows between snapshots; 0: one at the end
};

inline void sum(Gram& gram, const Feed& feed) {
  if (!feed.beside) return gram.sum(feed.threads);
  std::thread helper([&] { gram.help(1); });
  gram.help(feed.threads);
  helper.join();
  gram.check();
}

template <class X, class Y>
Matrix accumulate(const X* x, const Y* y, int64_t rows, int dx, int dy, const Feed& feed) {
  Gram gram(dx, dy);
  Matrix result(gram.width(), gram.width());
  std::thread summing;
  const auto settle = [&] {
    if (summing.joinable()) summing.join();
  };
  std::mt19937_64 bits(feed.cuts);
  int64_t due = feed.snapshot;
  for (int64_t at = 0; at < rows;) {
    int64_t to = feed.cuts == 0 ? rows : std::min(rows, at + 1 + static_cast<int64_t>(bits() % 700));
    if (feed.snapshot > 0) to = std::min(to, due);
    at += gram.fill(x, y, at, to);
    if (gram.full()) {
      settle();
      gram.swap();
      summing = std::thread([&] { sum(gram, feed); });
      if (!feed.beside) settle();
    }
    if (at == due) {
      settle();
      CHECK(gram.snapshot(feed.threads, result.data.data()) == at);
      due += feed.snapshot;
    }
  }
  settle();
  CHECK(gram.snapshot(feed.threads, result.data.data()) == rows);
  return result;
}

inline Matrix accumulate(const Matrix& x, const Matrix& y, const Feed& feed) {
  return accumulate(x.data.data(), y.cols == 0 ? nullptr : y.data.data(), x.rows, x.cols, y.cols, feed);
}

}  // namespace eigenview::checks
