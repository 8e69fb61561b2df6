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

// Shared: BLAS stays at one thread. Exclusive: the holder alone is inside BLAS.
std::shared_mutex& gate() {
  static std::shared_mutex instance;
  static const bool single = (set_threads(1), true);
  (void)single;
  return instance;
}

}  // namespace

BlasThreads::BlasThreads(int threads) : exclusive_(threads > 1 && gate().try_lock()) {
  if (exclusive_) {
    set_threads(threads);
  } else {
    gate().lock_shared();
  }
}

BlasThreads::~BlasThreads() {
  if (exclusive_) {
    set_threads(1);
    gate().unlock();
  } else {
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
