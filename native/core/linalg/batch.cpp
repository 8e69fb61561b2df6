#include "../failure.h"
#include "../team.h"
#include "decompose.h"

namespace eigenview {
namespace {

template <class Result, class Decompose>
std::vector<Result> each(const std::vector<Matrix>& stack, int threads, const std::atomic<int32_t>* cancelled,
                         const Decompose& decompose) {
  std::vector<Result> results(stack.size());
  for_each(static_cast<int64_t>(stack.size()), threads, [&](int64_t i) {
    if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed) != 0) throw Failure(Status::cancelled);
    try {
      results[static_cast<size_t>(i)] = decompose(stack[static_cast<size_t>(i)]);
    } catch (Failure& failure) {
      failure.at = i;
      throw;
    }
  });
  return results;
}

}  // namespace

std::vector<Svd> svd_batch(const std::vector<Matrix>& stack, int k, int threads,
                           const std::atomic<int32_t>* cancelled) {
  return each<Svd>(stack, threads, cancelled, [k](const Matrix& a) { return svd(a, k); });
}

std::vector<Eigh> eigh_batch(const std::vector<Matrix>& stack, int k, int threads,
                             const std::atomic<int32_t>* cancelled) {
  return each<Eigh>(stack, threads, cancelled, [k](const Matrix& a) { return eigh(a, nullptr, k); });
}

}  // namespace eigenview
