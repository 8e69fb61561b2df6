// How many threads BLAS uses. The setting is one per process, so it is one here too: a call that runs beside others holds
// it at one thread, a call that has the machine to itself may raise it (eight concurrent SVDs on two cores: 2 BLAS
// threads each cost 3.5–4 times as much as 1 each).
#pragma once

#include <string>

namespace eigenview {

// Holds the thread count for the life of the object. Asking for more than one is a wish: while another call is inside
// BLAS, this one gets one thread instead of waiting.
class BlasThreads {
 public:
  // What to do while another call has all threads: a pool thread waits; a JavaScript thread, whose event loop would stand
  // still, joins in and may get several threads too.
  enum class Busy { wait, join };

  explicit BlasThreads(int threads, Busy busy = Busy::wait);
  ~BlasThreads();
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  enum class Hold { none, shared, exclusive };
  Hold hold_;
};

struct BlasDescription {
  std::string vendor;   // "OpenBLAS" or "Accelerate"
  std::string version;  // "" where the vendor does not say
  std::string kernel;   // the CPU kernel picked at load, such as "SkylakeX"
  std::string config;   // the vendor's own description of its build
};
BlasDescription describe_blas();

}  // namespace eigenview
