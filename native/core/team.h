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

#if defined(__linux__)
#include <sched.h>
#endif

namespace eigenview {

#if defined(__linux__)
// The processors this process may use, beginning after the one the caller runs on.
inline std::vector<int> other_processors() {
  cpu_set_t allowed;
  const int here = sched_getcpu();
  std::vector<int> others;
  if (here < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return others;
  for (int i = 1; i < CPU_SETSIZE; i++) {
    const int processor = (here + i) % CPU_SETSIZE;
    if (CPU_ISSET(processor, &allowed)) others.push_back(processor);
  }
  return others;
}

// Moves this thread to a processor. A new thread often starts beside its maker, and within the few milliseconds it lives
// the scheduler may not move it to an idle processor: a Gram matrix on two cores took half as long again.
inline void move_to(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  sched_setaffinity(0, sizeof only, &only);
}
#else
inline std::vector<int> other_processors() { return {}; }
inline void move_to(int) {}
#endif

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
    const std::vector<int> processors = helpers > 0 ? other_processors() : std::vector<int>();
    for (int64_t t = 0; t < helpers; t++) {
      const int processor = t < static_cast<int64_t>(processors.size()) ? processors[static_cast<size_t>(t)] : -1;
      team.emplace_back([&run, processor] {
        if (processor >= 0) move_to(processor);
        run();
      });
    }
  } catch (...) {
    // No thread or no memory to be had: those that started, and this one, do the work.
  }
  run();
  for (std::thread& thread : team) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace eigenview
