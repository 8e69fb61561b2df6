#include "simclr.h"

#include <cmath>

#include "vectors.h"

namespace eigenview::losses {
namespace {

// Rows of a block: block by block similarities fit a core's cache.
constexpr int64_t kBlock = 256;

// Shifted by 1/τ, the largest that a similarity can be, exponents go down to −2/τ. As long as e^{−2/τ} and sums of it are
// ordinary numbers, one shift serves all rows, and one exponential both rows of a pair.
constexpr double kLargestExponent = 600;

struct Problem {
  const Batches& units;
  const Team& team;
  double temperature;
  Blocks blocks;  // of one batch
  // Of all rows of both batches: what their exponents are shifted by, and their sums of exponentials.
  Buffer shifts, sums;
  bool one_shift;

  int64_t count() const { return 2 * blocks.count(); }
  // First row of a block, counted over both batches.
  int64_t from(int64_t block) const {
    return block / blocks.count() * units.rows + blocks.from(block % blocks.count());
  }
  int size(int64_t block) const { return blocks.size(block % blocks.count()); }
};

// Calls work(i, j) for all pairs of blocks, of each pair in one order: first every block with itself, then the rounds of a
// tournament (the circle method), in each of which every block meets one other. Within a round no two calls share a block,
// so that they may write to what belongs to their blocks; the order in which a block meets the others is always the same.
template <class Work>
void for_pairs(const Problem& problem, const Work& work) {
  const int64_t players = problem.count(), turning = players - 1;
  problem.team.each(players, [&](int64_t i) { work(i, i); });
  for (int64_t round = 0; round < turning; round++) {
    problem.team.each(players / 2, [&](int64_t pair) {
      if (pair == 0) return work(round, turning);
      work((round + pair) % turning, (round + turning - pair) % turning);
    });
  }
}

// S = U_i U_jᵀ / τ, row-major.
void similarities(const Problem& problem, int64_t i, int64_t j, double* s) {
  const int k = static_cast<int>(problem.units.cols), width = problem.size(j);
  multiply(false, true, problem.size(i), width, k, 1 / problem.temperature, problem.units.row(0, problem.from(i)), k,
           problem.units.row(0, problem.from(j)), k, 0, s, width);
}

// Elements (r, r) of a block with itself, no pairs.
void set_diagonal(double* s, int64_t size, double value) {
  for (int64_t r = 0; r < size; r++) s[r * size + r] = value;
}

// Row r of S, in place, becomes its exponentials under the shifts of block j, each its own.
void exp_by_column(const Problem& problem, int64_t j, double* s, double* e) {
  exp_row(s, problem.shifts.data() + problem.from(j), problem.size(j), e);
}

// Shifts are 1/τ, or the rows' largest similarities.
void find_shifts(Problem& problem) {
  std::fill_n(problem.shifts.data(), problem.shifts.size(), problem.one_shift ? 1 / problem.temperature : -INFINITY);
  if (problem.one_shift) return;
  for_pairs(problem, [&](int64_t i, int64_t j) {
    const int64_t height = problem.size(i), width = problem.size(j);
    Buffer s(height * width);
    similarities(problem, i, j, s.data());
    if (i == j) set_diagonal(s.data(), height, -INFINITY);
    double* own = problem.shifts.data() + problem.from(i);
    for (int64_t r = 0; r < height; r++) {
      own[r] = std::max(own[r], max_row(s.data() + r * width, width, problem.shifts.data() + problem.from(j)));
    }
  });
}

// Σ_{j≠i} e^{s_ij − shift_i} of every row.
void sum_exponentials(Problem& problem) {
  std::fill_n(problem.sums.data(), problem.sums.size(), 0.0);
  for_pairs(problem, [&](int64_t i, int64_t j) {
    const int64_t height = problem.size(i), width = problem.size(j);
    Buffer s(height * width), other(width);
    similarities(problem, i, j, s.data());
    if (i == j) set_diagonal(s.data(), height, -INFINITY);
    double* own_sums = problem.sums.data() + problem.from(i);
    double* other_sums = problem.sums.data() + problem.from(j);
    for (int64_t r = 0; r < height; r++) {
      double* row = s.data() + r * width;
      if (!problem.one_shift && i != j) {
        exp_by_column(problem, j, row, other.data());
        add_row(other.data(), width, other_sums);
      }
      exp_row(row, problem.shifts[problem.from(i) + r], width, row);
      own_sums[r] += sum_of(row, width);
      if (problem.one_shift && i != j) add_row(row, width, other_sums);
    }
  });
}

// W = e^{s_ij − lse_i} + e^{s_ij − lse_j} in place of S.
void weigh(const Problem& problem, int64_t i, int64_t j, const double* inverse_sums, double* s) {
  const int64_t height = problem.size(i), width = problem.size(j), left = problem.from(j);
  Buffer other(width);
  for (int64_t r = 0; r < height; r++) {
    double* row = s + r * width;
    const double own = inverse_sums[problem.from(i) + r];
    if (problem.one_shift) {
      exp_row(row, problem.shifts[0], width, row);
      weigh_row(own, inverse_sums + left, width, row);
      continue;
    }
    exp_by_column(problem, j, row, other.data());
    scale_row(other.data(), inverse_sums + left, width, other.data());
    exp_row(row, problem.shifts[problem.from(i) + r], width, row);
    scale_row(row, own, width, row);
    add_row(other.data(), width, row);
  }
  // The projection would take these multiples of u_i away again, but not what they round off.
  if (i == j) set_diagonal(s, height, 0);
}

// Σ_j W_ij u_j of every row, into the gradients.
void pull(const Problem& problem, const Gradients& gradients) {
  const int k = static_cast<int>(problem.units.cols);
  Buffer inverse_sums(problem.sums.size());
  for (int64_t i = 0; i < inverse_sums.size(); i++) inverse_sums[i] = 1 / problem.sums[i];
  const auto out = [&](int64_t block) {
    const int64_t batch = block / problem.blocks.count();
    return gradients[static_cast<size_t>(batch)] + problem.blocks.from(block % problem.blocks.count()) * k;
  };
  for_pairs(problem, [&](int64_t i, int64_t j) {
    const int height = problem.size(i), width = problem.size(j);
    Buffer s(static_cast<int64_t>(height) * width);
    similarities(problem, i, j, s.data());
    weigh(problem, i, j, inverse_sums.data(), s.data());
    const double* left = problem.units.row(0, problem.from(i));
    const double* right = problem.units.row(0, problem.from(j));
    multiply(false, false, height, k, width, 1, s.data(), width, right, k, i == j ? 0 : 1, out(i), k);
    if (i != j) multiply(true, false, width, k, height, 1, s.data(), width, left, k, 1, out(j), k);
  });
}

// Divides every row by its length. Returns the lengths.
Buffer normalise(Batches& batches, const Team& team) {
  const int64_t k = batches.cols;
  const Blocks blocks = row_blocks(2 * batches.rows, k);
  Buffer lengths(2 * batches.rows);
  team.each(blocks.count(), [&](int64_t b) {
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      double* row = batches.row(0, i);
      const double squares = dot(row, row, k);
      // Squares that are no ordinary numbers say nothing of the length.
      lengths[i] = squares > 1e-280 && squares < 1e280 ? std::sqrt(squares) : norm(row, k);
      if (lengths[i] == 0) {
        Failure failure(Status::out_of_range, 0);
        failure.at = i;
        throw failure;
      }
      for (int64_t j = 0; j < k; j++) row[j] /= lengths[i];
    }
  });
  return lengths;
}

}  // namespace

// For unit rows u, ∂L/∂u_i = (Σ_j W_ij u_j − 2 u_i⁺) / (2 B τ), and through the normalisation (g − (g·u) u) / ‖x‖.
SimclrTerms simclr(Batches& batches, double temperature, const Team& team, const Gradients& gradients) {
  check_finite(batches, team);
  const Buffer lengths = normalise(batches, team);
  const int64_t rows = batches.rows, k = batches.cols, all = 2 * rows;
  Problem problem{batches, team, temperature, Blocks(rows, kBlock), Buffer(all), Buffer(all),
                  2 / temperature <= kLargestExponent};
  find_shifts(problem);
  sum_exponentials(problem);
  pull(problem, gradients);
  const double factor = 1 / (static_cast<double>(all) * temperature);
  const Blocks blocks = row_blocks(rows, k);
  Buffer aligned(blocks.count());
  team.each(blocks.count(), [&](int64_t b) {
    aligned[b] = 0;
    for (int64_t i = blocks.from(b); i < blocks.from(b + 1); i++) {
      aligned[b] += dot(batches.row(0, i), batches.row(1, i), k);
      for (int64_t own = 0; own < 2; own++) {
        double* g = gradients[static_cast<size_t>(own)] + i * k;
        const double* u = batches.row(own, i);
        add_scaled(batches.row(1 - own, i), -2, k, g);
        project_row(g, factor / lengths[own * rows + i], -dot(g, u, k), u, k);
        check_result(g, k);
      }
    }
  });
  SimclrTerms terms;
  terms.alignment = -sum_of(aligned.data(), aligned.size()) / (static_cast<double>(rows) * temperature);
  for (int64_t i = 0; i < all; i++) terms.uniformity += problem.shifts[i] + std::log(problem.sums[i]);
  terms.uniformity /= static_cast<double>(all);
  return terms;
}

}  // namespace eigenview::losses
