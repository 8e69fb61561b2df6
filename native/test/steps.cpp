// The steps of view processes against a plain interpreter of the same trees, row by row with the same draws: what each does,
// from which words of the stream, and the same rows whatever comes in one batch, in which order and on which thread.
#include "../core/views/steps.h"

#include "../core/team.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

using Row = std::vector<double>;

struct Tree {
  std::string kind;
  Row numbers;
  std::vector<Tree> below;
};

std::unique_ptr<Step> make(const Tree& tree, int in) {
  if (tree.kind != "sequence" && tree.kind != "choice") return make_step(tree.kind, in, tree.numbers);
  Steps steps;
  for (const Tree& each : tree.below) {
    const bool first = steps.empty() || tree.kind == "choice";
    steps.push_back(make(each, first ? in : steps.back()->out()));
  }
  return tree.kind == "sequence" ? make_sequence(std::move(steps)) : make_choice(std::move(steps), tree.numbers);
}

uint32_t count(const Tree& tree) {
  uint32_t sum = 1;
  for (const Tree& each : tree.below) sum += count(each);
  return sum;
}

size_t chosen(const double* cumulative, size_t count, const Draw& draw) {
  size_t at = 0;
  while (at + 1 < count && cumulative[at] <= uniform(draw, 0)) at++;
  return at;
}

Row normals_of(const Draw& draw, size_t count) {
  std::vector<float> g(count);
  normals(draw, 0, static_cast<int64_t>(count), g.data());
  return Row(g.begin(), g.end());
}

// R g + x, or A x + b.
Row multiplied(const double* matrix, const Row& x, const double* added, size_t rows) {
  Row y(rows);
  for (size_t i = 0; i < rows; i++) {
    long double sum = added[i];
    for (size_t j = 0; j < x.size(); j++) sum += static_cast<long double>(matrix[i * x.size() + j]) * x[j];
    y[i] = static_cast<double>(sum);
  }
  return y;
}

// One row through a tree whose root has the number draw.step.
Row interpret(const Tree& tree, const Draw& draw, const Row& x) {
  const Row& numbers = tree.numbers;
  const size_t d = x.size();
  Row y = x;
  uint32_t next = draw.step + 1;
  if (tree.kind == "sequence") {
    for (const Tree& each : tree.below) {
      y = interpret(each, draw.at(next), y);
      next += count(each);
    }
  } else if (tree.kind == "choice") {
    const size_t branch = chosen(numbers.data(), numbers.size(), draw);
    for (size_t i = 0; i < branch; i++) next += count(tree.below[i]);
    y = interpret(tree.below[branch], draw.at(next), x);
  } else if (tree.kind == "noise") {
    const Row g = normals_of(draw, d);
    for (size_t j = 0; j < d; j++) y[j] = numbers[j] > 0 ? x[j] + numbers[j] * g[j] : x[j];
  } else if (tree.kind == "correlatedNoise") {
    y = multiplied(numbers.data(), normals_of(draw, d), x.data(), d);
  } else if (tree.kind == "mask") {
    for (size_t j = 0; j < d; j++) {
      y[j] = uniform(draw, static_cast<int64_t>(numbers[2 + j])) < numbers[0] ? numbers[1] * x[j] : 0;
    }
  } else if (tree.kind == "permutation") {
    const auto choices = static_cast<size_t>(numbers[0]);
    const double* from = numbers.data() + 1 + choices + chosen(numbers.data() + 1, choices, draw) * d;
    for (size_t j = 0; j < d; j++) y[j] = std::copysign(1.0, from[j]) * x[static_cast<size_t>(std::fabs(from[j])) - 1];
  } else if (tree.kind == "affine") {
    const auto choices = static_cast<size_t>(numbers[0]), out = static_cast<size_t>(numbers[1]);
    const double* matrix = numbers.data() + 2 + choices + chosen(numbers.data() + 2, choices, draw) * (out * d + out);
    y = multiplied(matrix, x, matrix + out * d, out);
  }
  return y;
}

std::vector<Draw> draws_of(int rows, uint64_t seed) {
  std::mt19937_64 bits(seed);
  std::vector<Draw> draws;
  for (int i = 0; i < rows; i++) {
    // The step of a draw is not looked at.
    draws.push_back({bits(), bits() >> (i % 2 * 40), static_cast<uint32_t>(bits()) >> i % 8, static_cast<uint32_t>(bits())});
  }
  return draws;
}

Matrix apply(const Step& step, const std::vector<Draw>& draws, const Matrix& x) {
  // What must not be written.
  Buffer y(static_cast<int64_t>(x.rows) * step.out() + 1);
  y[y.size() - 1] = -77;
  const Matrix before = x.clone();
  step.apply(draws.data(), x.rows, x.data.data(), y.data());
  CHECK(y[y.size() - 1] == -77 && same_bits(x, before));
  Matrix result(x.rows, step.out());
  std::copy_n(y.data(), result.size(), result.data.data());
  return result;
}

// Rows [from, to).
Matrix part(const Matrix& x, int from, int to) {
  Matrix rows(to - from, x.cols);
  std::copy_n(x.row(from), rows.size(), rows.data.data());
  return rows;
}

// The step against the interpreter, its root numbered `first`, within `tolerance` of the largest number of a row.
void check_tree(const Tree& tree, int in, double tolerance, uint32_t first = 0, int rows = 41) {
  const std::unique_ptr<Step> step = make(tree, in);
  CHECK(step->in() == in);
  CHECK(step->enumerate(first) == first + count(tree) && step->number() == first);
  const Matrix x = random_matrix(rows, in, 5);
  const std::vector<Draw> draws = draws_of(rows, 6);
  const Matrix y = apply(*step, draws, x);
  for (int64_t i = 0; i < rows; i++) {
    const Row expected = interpret(tree, draws[static_cast<size_t>(i)].at(first), Row(x.row(i), x.row(i) + in));
    CHECK(static_cast<size_t>(step->out()) == expected.size());
    double size = 1;
    for (const double value : expected) size = std::max(size, std::fabs(value));
    for (int64_t j = 0; j < step->out(); j++) {
      CHECK_AT_MOST(std::fabs(y(i, j) - expected[static_cast<size_t>(j)]), tolerance * size);
    }
  }
  for (const int piece : {1, 2, 7, rows - 1}) {
    Matrix pieces(rows, step->out());
    for (int from = 0; from < rows; from += piece) {
      const int to = std::min(rows, from + piece);
      const Matrix own = apply(*step, {draws.begin() + from, draws.begin() + to}, part(x, from, to));
      std::copy_n(own.data.data(), own.size(), pieces.row(from));
    }
    CHECK(same_bits(pieces, y));
  }
  Matrix backwards(rows, in), again(rows, step->out());
  for (int64_t i = 0; i < rows; i++) std::copy_n(x.row(rows - 1 - i), in, backwards.row(i));
  const Matrix reversed = apply(*step, {draws.rbegin(), draws.rend()}, backwards);
  for (int64_t i = 0; i < rows; i++) std::copy_n(reversed.row(rows - 1 - i), step->out(), again.row(i));
  CHECK(same_bits(again, y));
  for_each(rows, 4, [&](int64_t i) {
    step->apply(draws.data() + i, 1, x.row(i), again.row(i));
  });
  CHECK(same_bits(again, y));
  apply(*step, {}, Matrix(0, in));
}

Tree noise(int d, double deviation = 0.5) {
  Tree tree{"noise", Row(static_cast<size_t>(d)), {}};
  for (size_t j = 0; j < tree.numbers.size(); j++) tree.numbers[j] = j % 5 == 2 ? 0 : deviation * (1 + static_cast<double>(j % 3));
  return tree;
}

Tree correlated_noise(int d) {
  const Matrix root = random_matrix(d, d, 3);
  return {"correlatedNoise", Row(root.data.data(), root.data.data() + root.size()), {}};
}

Tree mask(int d, double keep, double factor, int group) {
  Tree tree{"mask", {keep, factor}, {}};
  for (int j = 0; j < d; j++) tree.numbers.push_back(group == 1 ? j : (d - 1 - j) / group);
  return tree;
}

Tree permutation(int d, const Row& cumulative) {
  Tree tree{"permutation", {static_cast<double>(cumulative.size())}, {}};
  tree.numbers.insert(tree.numbers.end(), cumulative.begin(), cumulative.end());
  for (size_t choice = 0; choice < cumulative.size(); choice++) {
    for (int j = 0; j < d; j++) {
      const int from = 1 + (j + static_cast<int>(choice)) % d;
      tree.numbers.push_back(j % 3 == 1 ? -from : from);
    }
  }
  return tree;
}

Tree affine(int in, int out, const Row& cumulative) {
  Tree tree{"affine", {static_cast<double>(cumulative.size()), static_cast<double>(out)}, {}};
  tree.numbers.insert(tree.numbers.end(), cumulative.begin(), cumulative.end());
  const Matrix maps = random_matrix(static_cast<int>(cumulative.size()), out * in + out, 4);
  tree.numbers.insert(tree.numbers.end(), maps.data.data(), maps.data.data() + maps.size());
  return tree;
}

const Tree kIdentity{"identity", {}, {}};

void kinds() {
  // One kept lot of normals, and around it; lengths that are no multiple of anything.
  for (const int d : {1, 2, 3, 4, 31, 129, 511, 512, 513, 1030}) {
    test("identity, noise and masks at d = " + std::to_string(d), [d] {
      check_tree(kIdentity, d, 0);
      // A product and a sum, rounded once or twice.
      check_tree(noise(d), d, 2 * kEpsilon, 3);
      check_tree(noise(d, 0), d, 0);
      for (const int group : {1, 3}) {
        check_tree(mask(d, 0.3, 1, group), d, 0, 7);
        check_tree(mask(d, 0.75, 1 / 0.75, group), d, 0);
      }
      check_tree(mask(d, 1, 2, 1), d, 0);
      check_tree(mask(d, 0x1p-40, 1, 1), d, 0);
    });
  }
  for (const int d : {1, 2, 5, 24, 61}) {
    test("correlated noise, permutations and affine maps at d = " + std::to_string(d), [d] {
      check_tree(correlated_noise(d), d, d * kEpsilon * 8, 255);
      check_tree(permutation(d, {1}), d, 0);
      check_tree(permutation(d, {0.2, 0.2, 0.9, 1}), d, 0, 2);
      for (const int out : {1, d, d + 30}) {
        check_tree(affine(d, out, {1}), d, d * kEpsilon);
        check_tree(affine(d, out, {0.1, 0.1, 0.6, 1}), d, d * kEpsilon, 9);
      }
    });
  }
  test("no other kind", [] { CHECK(make_step("sequence", 3, {}) == nullptr && make_step("", 3, {}) == nullptr); });
}

// Bits that a product or a sum with 0 would change.
void bits() {
  const Row special = {-0.0, NAN, INFINITY, -INFINITY, 5e-324, 1.5, 0.0};
  const auto rows_of_special = [&](int rows) {
    Matrix x(rows, static_cast<int>(special.size()));
    for (int64_t i = 0; i < rows; i++) std::copy(special.begin(), special.end(), x.row(i));
    return x;
  };
  test("coordinates without deviation keep their bits", [&] {
    const Matrix x = rows_of_special(9);
    const std::vector<Draw> draws = draws_of(9, 1);
    CHECK(same_bits(apply(*make(kIdentity, 7), draws, x), x));
    CHECK(same_bits(apply(*make({"noise", Row(7), {}}, 7), draws, x), x));
    const Matrix noisy = apply(*make({"noise", {0, 0, 0, 0, 0, 1, 0}, {}}, 7), draws, x);
    for (int64_t i = 0; i < 9; i++) {
      for (int64_t j = 0; j < 7; j++) CHECK((j == 5) != same_bits(noisy.row(i) + j, x.row(i) + j, 1));
    }
  });
  test("what is masked is 0, whatever it was", [&] {
    const Matrix x = rows_of_special(400), zero = Matrix::zeros(1, 7);
    const std::vector<Draw> draws = draws_of(400, 2);
    for (const int group : {1, 2}) {
      const Matrix y = apply(*make(mask(7, 0.5, 1, group), 7), draws, x);
      int64_t kept = 0;
      for (int64_t i = 0; i < 400; i++) {
        for (int64_t j = 0; j < 7; j++) {
          const bool same = same_bits(y.row(i) + j, x.row(i) + j, 1);
          CHECK(same || same_bits(y.row(i) + j, zero.row(0), 1));
          kept += j < 6 && same;
        }
      }
      CHECK(kept > 1000 && kept < 1400);
    }
  });
  test("kept is what lies strictly below the probability, to the last bit of it", [] {
    const Draw draw{3, 4, 5, 0};
    const double x[] = {1, 1, 1}, u = uniform(draw, 1);
    double y[3];
    make(mask(3, u, 1, 1), 3)->apply(&draw, 1, x, y);
    CHECK(y[1] == 0);
    make(mask(3, std::nextafter(u, 1.0), 1, 1), 3)->apply(&draw, 1, x, y);
    CHECK(y[1] == 1);
  });
}

void trees() {
  const Tree deep{"sequence",
                  {},
                  {noise(6),
                   {"choice",
                    {0.25, 0.75, 1},
                    {{"sequence", {}, {mask(6, 0.5, 2, 1), noise(6)}}, kIdentity, {"choice", {0.5, 1}, {noise(6, 3), mask(6, 0.9, 1, 2)}}}},
                   permutation(6, {0.5, 1}),
                   affine(6, 4, {0.5, 1}),
                   {"sequence", {}, {{"sequence", {}, {noise(4)}}}},
                   noise(4, 0.1)}};
  // The products of the affine map, and what was rounded before it.
  test("a tree of everything", [&] { check_tree(deep, 6, 20 * kEpsilon, 0, 200); });
  test("a tree whose root is not the first", [&] { check_tree(deep, 6, 20 * kEpsilon, 200); });
  test("a step draws from the words of its own number", [] {
    const Matrix x = Matrix::zeros(1, 3);
    const std::vector<Draw> draws = draws_of(1, 7);
    const auto alone = [&](uint32_t number) {
      const auto step = make(noise(3), 3);
      step->enumerate(number);
      return apply(*step, draws, x);
    };
    const auto within = [&](const Tree& tree) {
      const auto step = make(tree, 3);
      step->enumerate(10);
      return apply(*step, draws, x);
    };
    CHECK(!same_bits(alone(10), alone(11)));
    CHECK(same_bits(within({"sequence", {}, {noise(3)}}), alone(11)));
    CHECK(same_bits(within({"sequence", {}, {kIdentity, {"choice", {1}, {kIdentity}}, noise(3)}}), alone(14)));
    // Branches that are not taken have numbers too.
    CHECK(same_bits(within({"choice", {0, 0, 1}, {kIdentity, {"sequence", {}, {kIdentity, kIdentity}}, noise(3)}}), alone(15)));
  });
  test("each branch as often as its probability says", [] {
    constexpr int kRows = 20000;
    const Tree tree{"choice", {0.1, 0.1, 0.7, 1}, {}};
    Tree all = tree;
    for (int i = 0; i < 4; i++) all.below.push_back({"affine", {1, 1, 1, 0, static_cast<double>(i)}, {}});
    std::vector<Draw> draws;
    for (uint64_t i = 0; i < kRows; i++) draws.push_back({1, i / 2, static_cast<uint32_t>(i % 2), 0});
    const Matrix y = apply(*make(all, 1), draws, Matrix::zeros(kRows, 1));
    double counts[4] = {};
    for (int64_t i = 0; i < kRows; i++) counts[static_cast<int>(y(i, 0))]++;
    const double expected[] = {0.1, 0, 0.6, 0.3};
    for (int i = 0; i < 4; i++) {
      const double p = expected[i];
      CHECK_AT_MOST(std::fabs(counts[i] / kRows - p), 5 * std::sqrt(p * (1 - p) / kRows));
    }
  });
}

void choosing() {
  test("the choice is the number of cumulative weights at or below u", [] {
    const double almost = std::nextafter(1.0, 0.0);
    struct Case {
      Row cumulative;
      double u;
      size_t choice;
    };
    const Case cases[] = {
        {{1}, 0, 0},
        {{1}, almost, 0},
        {{0.5, 1}, 0, 0},
        {{0.5, 1}, std::nextafter(0.5, 0.0), 0},
        {{0.5, 1}, 0.5, 1},
        {{0.5, 1}, almost, 1},
        // Weights of zero are never chosen, wherever they are.
        {{0, 1}, 0, 1},
        {{0, 0, 0.5, 0.5, 1}, 0, 2},
        {{0, 0, 0.5, 0.5, 1}, 0.5, 4},
        {{0.5, 1, 1}, almost, 1},
        {{1, 1, 1}, 0, 0},
        {{1, 1, 1}, almost, 0},
        // Should rounding leave the last below 1, it is still one of them.
        {{0.5, almost}, almost, 1},
    };
    for (const Case& each : cases) CHECK(choose(each.cumulative, each.u) == each.choice);
  });
}

}  // namespace

int main() {
  kinds();
  bits();
  trees();
  choosing();
  return finish();
}
