// Gaussian noise: right numbers in the right places, no bit changed by threads, cuts or coordinates without variance.
#include "../core/views/noise.h"

#include "../core/random.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr Stream kStream{7, 3};
constexpr uint64_t kFirst = 1000;

// One row of standard normals per sample.
Matrix normal_rows(int rows, int d) {
  Matrix g(rows, d);
  Buffer row(d + 1);
  for (int i = 0; i < rows; i++) {
    normals(kStream, kFirst + static_cast<uint64_t>(i), 0, (d + 1) / 2, row.data());
    std::copy_n(row.data(), d, g.row(i));
  }
  return g;
}

// `add` over the rows in pieces of `piece`.
template <class Add>
Matrix in_pieces(const Matrix& x, int piece, const Add& add) {
  Matrix result(x.rows, x.cols);
  for (int from = 0; from < x.rows; from += piece) {
    Matrix part(std::min(piece, x.rows - from), x.cols);
    std::copy_n(x.row(from), part.size(), part.data.data());
    add(part, kFirst + static_cast<uint64_t>(from));
    std::copy_n(part.data.data(), part.size(), result.row(from));
  }
  return result;
}

void diagonal_noise() {
  for (const int d : {1, 2, 3, 64, 65, 129, 784}) {
    test("diagonal noise at d = " + std::to_string(d), [d] {
      const int rows = 500;
      const Matrix x = random_matrix(rows, d, 1), g = normal_rows(rows, d);
      std::vector<double> deviations(static_cast<size_t>(d));
      for (size_t j = 0; j < deviations.size(); j++) {
        deviations[j] = j % 7 == 3 || (j > 20 && j < 40) ? 0 : 0.1 + 0.01 * static_cast<double>(j);
      }
      Matrix noisy = x.clone();
      add_diagonal_noise(noisy, deviations.data(), kStream, kFirst, 1);
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < d; j++) {
          const double expected = x(i, j) + deviations[static_cast<size_t>(j)] * g(i, j);
          // A fused multiply-add rounds once where this rounds twice.
          CHECK_AT_MOST(std::fabs(noisy(i, j) - expected), 2 * kEpsilon * (1 + std::fabs(expected)));
        }
      }
      for (int threads = 2; threads <= 8; threads++) {
        Matrix again = x.clone();
        add_diagonal_noise(again, deviations.data(), kStream, kFirst, threads);
        CHECK(same_bits(again, noisy));
      }
      for (const int piece : {1, 7, 256, 499}) {
        CHECK(same_bits(in_pieces(x, piece, [&](Matrix& part, uint64_t first) {
          add_diagonal_noise(part, deviations.data(), kStream, first, 2);
        }), noisy));
      }
    });
  }
  test("coordinates without variance keep their bits", [] {
    const double special[] = {-0.0, NAN, INFINITY, -INFINITY, 5e-324, 1.5};
    Matrix x(300, 13);
    for (int64_t i = 0; i < x.size(); i++) x.data[i] = special[i % 6];
    const Matrix before = x.clone();
    // Both of a pair, either of a pair.
    const double deviations[] = {0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0};
    add_diagonal_noise(x, deviations, kStream, kFirst, 2);
    for (int64_t i = 0; i < 300; i++) {
      for (int64_t j = 0; j < 13; j++) CHECK(deviations[j] > 0 || same_bits(x.row(i) + j, before.row(i) + j, 1));
    }
    const std::vector<double> none(13);
    Matrix untouched = before.clone();
    add_diagonal_noise(untouched, none.data(), kStream, kFirst, 2);
    CHECK(same_bits(untouched, before));
  });
}

void full_noise() {
  for (const int d : {1, 2, 5, 24, 64, 101, 257}) {
    test("noise of a full root at d = " + std::to_string(d), [d] {
      const int rows = 450;
      const Matrix x = random_matrix(rows, d, 1), root = random_matrix(d, d, 2), g = normal_rows(rows, d);
      Matrix noisy = x.clone();
      add_noise(noisy, root, kStream, kFirst, 1);
      Matrix expected = product(g, transpose(root));
      for (int64_t i = 0; i < expected.size(); i++) expected.data[i] += x.data[i];
      CHECK_AT_MOST(distance(noisy, expected), d * kEpsilon * size_of(g) * size_of(root));
      for (int threads = 2; threads <= 8; threads++) {
        Matrix again = x.clone();
        add_noise(again, root, kStream, kFirst, threads);
        CHECK(same_bits(again, noisy));
      }
      for (const int piece : {1, 7, 100, 449}) {
        CHECK(same_bits(in_pieces(x, piece, [&](Matrix& part, uint64_t first) {
          add_noise(part, root, kStream, first, 2);
        }), noisy));
      }
    });
  }
  test("a diagonal root is diagonal noise", [] {
    const Matrix x = random_matrix(300, 31, 1);
    std::vector<double> deviations(31);
    for (size_t j = 0; j < deviations.size(); j++) deviations[j] = 0.3 * static_cast<double>(j);
    Matrix by_diagonal = x.clone(), by_root = x.clone();
    add_diagonal_noise(by_diagonal, deviations.data(), kStream, kFirst, 2);
    add_noise(by_root, diagonal(deviations), kStream, kFirst, 2);
    CHECK_AT_MOST(distance(by_root, by_diagonal), 31 * kEpsilon * size_of(by_diagonal));
  });
}

}  // namespace

int main() {
  diagonal_noise();
  full_noise();
  return finish();
}
