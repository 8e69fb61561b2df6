#include "noise.h"

#include <algorithm>
#include <vector>

#include "../tiles/project.h"
#include "../team.h"

namespace eigenview {
namespace {

constexpr int64_t kRows = 192;

// Runs of coordinate pairs in which some deviation is positive.
struct Run {
  uint32_t block;
  int64_t blocks;
};

std::vector<Run> active_runs(const double* deviations, int64_t d) {
  std::vector<Run> runs;
  for (int64_t block = 0; 2 * block < d; block++) {
    const bool active = deviations[2 * block] > 0 || (2 * block + 1 < d && deviations[2 * block + 1] > 0);
    if (!active) continue;
    if (!runs.empty() && runs.back().block + runs.back().blocks == block) {
      runs.back().blocks++;
    } else {
      runs.push_back({static_cast<uint32_t>(block), 1});
    }
  }
  return runs;
}

template <class Rows>
void for_row_blocks(int64_t rows, int threads, const Rows& work) {
  for_each((rows + kRows - 1) / kRows, threads,
           [&](int64_t item) { work(item * kRows, std::min(rows, (item + 1) * kRows)); });
}

}  // namespace

void add_diagonal_noise(Matrix& x, const double* deviations, Stream stream, uint64_t first_sample, int threads) {
  const int64_t d = x.cols;
  const std::vector<Run> runs = active_runs(deviations, d);
  for_row_blocks(x.rows, threads, [&](int64_t from, int64_t to) {
    Buffer g(d + 1);
    for (int64_t i = from; i < to; i++) {
      double* row = x.row(i);
      for (const Run& run : runs) {
        normals(stream, first_sample + static_cast<uint64_t>(i), run.block, run.blocks, g.data());
        const int64_t start = 2 * static_cast<int64_t>(run.block);
        const int64_t count = std::min(2 * run.blocks, d - start);
        for (int64_t j = 0; j < count; j++) {
          // Adding 0 would change −0; adding −0 changes nothing.
          row[start + j] += deviations[start + j] > 0 ? deviations[start + j] * g[j] : -0.0;
        }
      }
    }
  });
}

void add_noise(Matrix& x, const Matrix& root, Stream stream, uint64_t first_sample, int threads) {
  const int64_t d = x.cols;
  const int64_t padded = d + 1;
  const Projector projector(root);
  for_row_blocks(x.rows, threads, [&](int64_t from, int64_t to) {
    const int64_t rows = to - from;
    Buffer g(rows * padded), noise(rows * d);
    for (int64_t i = 0; i < rows; i++) {
      normals(stream, first_sample + static_cast<uint64_t>(from + i), 0, (d + 1) / 2, g.data() + i * padded);
    }
    projector.apply(g.data(), padded, rows, noise.data());
    double* out = x.row(from);
    for (int64_t i = 0; i < rows * d; i++) out[i] += noise[i];
  });
}

}  // namespace eigenview
