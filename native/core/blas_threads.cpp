#include "blas_threads.h"

#include <shared_mutex>
#include <sstream>

#if !defined(__APPLE__)
extern "C" {
void openblas_set_num_threads(int);
char* openblas_get_config(void);
char* openblas_get_corename(void);
}
#endif

namespace eigenview {
namespace {

void set_threads(int threads) {
#if !defined(__APPLE__)
  openblas_set_num_threads(threads);
#else
  (void)threads;  // Accelerate schedules its own threads and has no such setting
#endif
}

// Shared: BLAS stays at one thread. Exclusive: BLAS has several, which only calls that will not wait share.
std::shared_mutex& gate() {
  static std::shared_mutex instance;
  static const bool single = (set_threads(1), true);
  (void)single;
  return instance;
}

}  // namespace

BlasThreads::BlasThreads(int threads, Busy busy) : hold_(Hold::none) {
  if (threads > 1 && gate().try_lock()) {
    hold_ = Hold::exclusive;
    set_threads(threads);
  } else if (gate().try_lock_shared()) {
    hold_ = Hold::shared;
  } else if (busy == Busy::wait) {
    gate().lock_shared();
    hold_ = Hold::shared;
  }
}

BlasThreads::~BlasThreads() {
  if (hold_ == Hold::exclusive) {
    set_threads(1);
    gate().unlock();
  } else if (hold_ == Hold::shared) {
    gate().unlock_shared();
  }
}

BlasDescription describe_blas() {
#if defined(__APPLE__)
  return {"Accelerate", "", "", ""};
#else
  const std::string config = openblas_get_config();
  std::istringstream words(config);
  std::string vendor, version;
  words >> vendor >> version;
  return {vendor, version, openblas_get_corename(), config};
#endif
}

}  // namespace eigenview
