// A team of threads for one call: spawned, joined, gone. No state outlives the call, so worker threads and process exit
// need no care; starting a thread costs some 20 µs against the milliseconds of work it is given.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace eigenview {

// Calls work(item) for every item in [0, items), on up to `threads` threads, the caller's among them. Which thread takes
// which item is not determined; items must not share output. An exception stops the rest; of several, that of the first
// item is rethrown (items are taken in order, so all before it have run: the choice does not depend on the threads).
template <class Work>
void for_each(int64_t items, int threads, const Work& work) {
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  int64_t failed = items;
  std::mutex failing;
  const auto run = [&] {
    for (int64_t item = next++; item < items; item = next++) {
      try {
        work(item);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(failing);
        if (item < failed) {
          failed = item;
          failure = std::current_exception();
        }
        next = items;
      }
    }
  };
  std::vector<std::thread> team;
  const int64_t helpers = std::min<int64_t>(threads, items) - 1;
  try {
    for (int64_t t = 0; t < helpers; t++) team.emplace_back(run);
  } catch (...) {
    // No thread or no memory to be had: those that started, and this one, do the work.
  }
  run();
  for (std::thread& thread : team) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace eigenview
