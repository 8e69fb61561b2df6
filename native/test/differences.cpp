// Squared differences of halves of views against their definition, and the same bits for any number of threads.
#include "../core/moments/differences.h"

#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

std::vector<float> random_floats(int rows, int cols, uint64_t seed) {
  const Matrix a = random_matrix(rows, cols, seed);
  return std::vector<float>(a.data.data(), a.data.data() + a.size());
}

// Σ over samples of (Σ_j w_j u_j u_jᵀ)∘², and of (Σ_j |w_j u_j u_jᵀ|)∘², which bounds what rounding does.
void check_definition(const std::vector<float>& vectors, int64_t samples, int d, const std::vector<double>& weights) {
  const auto each = static_cast<int64_t>(weights.size());
  const Matrix result = squared_differences(vectors.data(), samples, d, weights, 1);
  CHECK(result.rows == d && result.cols == d);
  for (int64_t a = 0; a < d; a++) {
    for (int64_t b = 0; b < d; b++) {
      double expected = 0, size = 0;
      for (int64_t i = 0; i < samples; i++) {
        double sum = 0, all = 0;
        for (int64_t j = 0; j < each; j++) {
          const float* u = vectors.data() + (i * each + j) * d;
          const double product = weights[static_cast<size_t>(j)] * static_cast<double>(u[a]) * static_cast<double>(u[b]);
          sum += product;
          all += std::fabs(product);
        }
        expected += sum * sum;
        size += all * all;
      }
      CHECK_AT_MOST(std::fabs(result(a, b) - expected), static_cast<double>(2 * each + samples + 2) * kEpsilon * size);
    }
  }
  CHECK(same_bits(result, transpose(result)));
  for (int threads = 2; threads <= 8; threads += 3) {
    CHECK(same_bits(squared_differences(vectors.data(), samples, d, weights, threads), result));
  }
}

}  // namespace

int main() {
  // Around the 32 rows and 256 columns that are summed together.
  for (const int d : {1, 2, 31, 32, 33, 255, 256, 257, 300}) {
    test("d = " + std::to_string(d), [d] {
      for (const int each : {1, 2, 7}) {
        std::vector<double> weights;
        for (int j = 0; j < each; j++) weights.push_back(j % 2 == 0 ? 0.5 : -0.25 * j);
        check_definition(random_floats(5 * each, d, 1), 5, d, weights);
      }
    });
  }
  test("halves that are alike differ by nothing", [] {
    std::vector<float> vectors = random_floats(6, 40, 2);
    for (size_t i = 0; i < 240; i++) vectors[i] = vectors[i % 80 % 40 + i / 80 * 80];
    CHECK(size_of(squared_differences(vectors.data(), 3, 40, {1, -1}, 2)) == 0);
  });
  test("no sample", [] { CHECK(size_of(squared_differences(nullptr, 0, 5, {1, -1}, 2)) == 0); });
  return finish();
}
