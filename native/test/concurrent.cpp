// What runs side by side: the team, the one setting of BLAS threads, decompositions from many threads at once.
#include <chrono>
#include <set>
#include <thread>

#include "../core/blas_threads.h"
#include "../core/linalg/decompose.h"
#include "../core/team.h"
#include "check.h"
#include "matrices.h"

#if !defined(__APPLE__)
extern "C" int openblas_get_num_threads(void);
#endif

using namespace eigenview;
using namespace eigenview::checks;

namespace {

void team() {
  test("a team does every item once, at any number of threads", [] {
    for (const int threads : {-1, 0, 1, 2, 8, 50}) {
      for (const int64_t items : {0, 1, 7, 1000}) {
        std::vector<int> done(static_cast<size_t>(items));
        for_each(items, threads, [&](int64_t item) { done[static_cast<size_t>(item)]++; });
        CHECK(std::count(done.begin(), done.end(), 1) == items);
      }
    }
  });
  test("no more threads than asked for", [] {
    std::mutex guard;
    std::set<std::thread::id> seen;
    for_each(200, 3, [&](int64_t) {
      const std::lock_guard<std::mutex> lock(guard);
      seen.insert(std::this_thread::get_id());
    });
    CHECK(seen.size() >= 1 && seen.size() <= 3);
  });
  test("of several failures the first item's is thrown, and the rest is not begun", [] {
    for (int repeat = 0; repeat < 50; repeat++) {
      std::atomic<int> begun{0};
      const Failure failure = FAILURE_OF(Status::singular, for_each(10000, 8, [&](int64_t item) {
                                           begun++;
                                           // Let a later item fail earlier.
                                           if (item == 20) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                           if (item >= 20) throw Failure(Status::singular, static_cast<double>(item));
                                         }));
      CHECK(failure.value == 20);
      CHECK(begun < 10000);
    }
  });
}

#if !defined(__APPLE__)
void setting() {
  test("BLAS has several threads only while one caller is inside", [] {
    {
      const BlasThreads one(1);
      CHECK(openblas_get_num_threads() == 1);
      // A wish for more is not granted beside another call, and does not wait for it.
      const BlasThreads wish(4);
      CHECK(openblas_get_num_threads() == 1);
    }
    {
      const BlasThreads four(4);
      CHECK(openblas_get_num_threads() == 4);
      // One that will not wait comes in beside it, and leaves the setting as it is.
      std::thread([] { const BlasThreads beside(2, BlasThreads::Busy::join); }).join();
      CHECK(openblas_get_num_threads() == 4);
    }
    CHECK(openblas_get_num_threads() == 1);
  });
}
#endif

struct Problems {
  Matrix general = random_matrix(66, 70, 1), square = random_matrix(66, 66, 2);
  Matrix symmetric = random_symmetric(80, 3), definite = random_definite(50, 4);
};

// Everything that reaches LAPACK, as numbers that do not depend on rounding but little.
std::vector<double> decompose_all(const Problems& p) {
  std::vector<double> all;
  const auto keep = [&](const Buffer& values) { all.insert(all.end(), values.data(), values.data() + values.size()); };
  const Svd full = svd(p.general, 70), top = svd(p.general, 3);
  const Eigh pairs = eigh(p.symmetric, nullptr, 80), few = eigh(p.symmetric, nullptr, 4);
  const Eigh generalised = eigh(p.definite, &p.definite, 50);
  for (const Buffer* values : {&full.s, &top.s, &pairs.values, &few.values, &generalised.values}) keep(*values);
  for (const double residual : {full.residual, top.residual, pairs.residual, few.residual, generalised.residual}) {
    all.push_back(residual);
  }
  all.push_back(eig(p.square).residual);
  keep(cholesky(p.definite).data);
  keep(solve(p.square, p.square).data);
  keep(inverse_sqrt(p.definite, std::nullopt).data);
  keep(matmul(p.general, p.square, true, false).data);
  return all;
}

// Threads of OpenBLAS meet by means that ThreadSanitizer does not see, not being compiled in: with it none are asked for.
#if defined(__SANITIZE_THREAD__)
constexpr int kAll = 1;
#else
constexpr int kAll = 4;
#endif

void decompositions() {
  test("eight threads, some of which ask for all of BLAS, decompose as one does", [] {
    const Problems problems;
    std::vector<double> expected;
    {
      const BlasThreads one(1);
      expected = decompose_all(problems);
    }
    std::vector<std::thread> threads;
    std::vector<double> worst(8, 0.0);
    for (size_t t = 0; t < worst.size(); t++) {
      threads.emplace_back([&, t] {
        for (int repeat = 0; repeat < 4; repeat++) {
          const BlasThreads blas(t % 2 == 0 ? 1 : kAll, t < 4 ? BlasThreads::Busy::wait : BlasThreads::Busy::join);
          const std::vector<double> result = decompose_all(problems);
          for (size_t i = 0; i < result.size(); i++) {
            const double error = std::fabs(result[i] - expected[i]) / (1 + std::fabs(expected[i]));
            worst[t] = error <= worst[t] ? worst[t] : error;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    // The condition numbers are some thousands.
    for (const double error : worst) CHECK_AT_MOST(error, 1e-9);
  });
  test("a batch gives the same bits as one call a matrix, at any number of threads", [] {
    const BlasThreads one(1);
    std::vector<Matrix> stack, symmetric;
    for (uint64_t i = 0; i < 60; i++) {
      stack.push_back(random_matrix(20, 15, i));
      symmetric.push_back(random_symmetric(15, i));
    }
    for (const int threads : {2, 8}) {
      const std::vector<Svd> svds = svd_batch(stack, 15, threads, nullptr);
      const std::vector<Eigh> eighs = eigh_batch(symmetric, 4, threads, nullptr);
      for (size_t i = 0; i < stack.size(); i++) {
        const Svd alone = svd(stack[i], 15);
        CHECK(same_bits(svds[i].u, alone.u) && same_bits(svds[i].vt, alone.vt));
        CHECK(same_bits(eighs[i].vectors, eigh(symmetric[i], nullptr, 4).vectors));
      }
    }
  });
  test("a batch that is cancelled under way stops", [] {
    const BlasThreads one(1);
    std::vector<Matrix> stack;
    for (uint64_t i = 0; i < 2000; i++) stack.push_back(random_matrix(30, 30, i));
    std::atomic<int32_t> cancelled{0};
    std::thread canceller([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      cancelled = 1;
    });
    try {
      svd_batch(stack, 30, 4, &cancelled);
    } catch (const Failure& failure) {
      canceller.join();
      CHECK(failure.status == Status::cancelled);
      return;
    }
    canceller.join();
  });
}

}  // namespace

int main() {
  team();
#if !defined(__APPLE__)
  setting();
#endif
  decompositions();
  return finish();
}
