// The inner kernel in single precision: every instruction set of this machine against sums in doubles, and on whole numbers,
// where nothing is rounded, to the last bit.
#include "../core/tiles/single_tile.h"

#include "check.h"
#include "feed.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr int kWidth = static_cast<int>(kSinglePanel);
constexpr double kUnit = 0x1p-24;  // what rounding a float may change, relatively

// rows×48 floats, as the kernels want them.
class Panel {
 public:
  // Random in [−size, size), whole where asked.
  Panel(int64_t rows, double size, bool whole, uint64_t seed) : buffer_(rows * kSinglePanel / 2) {
    const Matrix numbers = random_matrix(static_cast<int>(rows), kWidth, seed);
    for (int64_t i = 0; i < numbers.size(); i++) {
      data()[i] = static_cast<float>(whole ? std::round(size * numbers.data[i]) : size * numbers.data[i]);
    }
  }
  float* data() { return reinterpret_cast<float*>(buffer_.data()); }
  const float* data() const { return reinterpret_cast<const float*>(buffer_.data()); }
  double operator()(int64_t r, int64_t i) const { return static_cast<double>(data()[r * kSinglePanel + i]); }

 private:
  Buffer buffer_;
};

// Σ_r a(r, i) b(r, j) and Σ_r |a(r, i) b(r, j)|.
struct Sums {
  double value = 0, size = 0;
  Sums(const Panel& a, const Panel& b, int64_t rows, int64_t i, int64_t j) {
    for (int64_t r = 0; r < rows; r++) {
      value += a(r, i) * b(r, j);
      size += std::fabs(a(r, i) * b(r, j));
    }
  }
};

void check_tile(SingleTile tile, int64_t rows) {
  const Panel a(rows, 3, false, 1), b(rows, 0.5, false, 2);
  const Matrix before = random_matrix(kWidth, kWidth, 3);
  Matrix c = before.clone();
  tile(a.data(), b.data(), rows, c.data.data());
  for (int64_t j = 0; j < kWidth; j++) {
    for (int64_t i = 0; i < kWidth; i++) {
      const Sums sums(a, b, rows, i, j);
      // Each of the sums of floats rounds once for the product and once for the sum; the double once more.
      const double bound = static_cast<double>(rows + 1) * kUnit * sums.size + kEpsilon * (1 + sums.size);
      CHECK_AT_MOST(std::fabs(c(j, i) - before(j, i) - sums.value), bound);
    }
  }
  // Below 2²⁴: exact, so every element must be where it belongs and every row be there.
  const Panel whole_a(rows, 200, true, 4), whole_b(rows, 200, true, 5);
  for (int64_t i = 0; i < c.size(); i++) c.data[i] = 0.5;
  tile(whole_a.data(), whole_b.data(), rows, c.data.data());
  for (int64_t j = 0; j < kWidth; j++) {
    for (int64_t i = 0; i < kWidth; i++) CHECK(c(j, i) == 0.5 + Sums(whole_a, whole_b, rows, i, j).value);
  }
}

void special(SingleTile tile) {
  test("a panel with itself is symmetric to the last bit", [&] {
    const Panel a(100, 1, false, 6);
    Matrix c = Matrix::zeros(kWidth, kWidth);
    tile(a.data(), a.data(), 100, c.data.data());
    CHECK(same_bits(c, transpose(c)));
  });
  test("what is not finite shows in its row and column, and nowhere else", [&] {
    for (const float value : {static_cast<float>(NAN), HUGE_VALF, -HUGE_VALF, 3e38f}) {
      for (const int64_t column : {0, 7, 8, 23, 24, 47}) {
        Panel a(60, 1, false, 7);
        const Panel b(60, 1, false, 8);
        for (const int64_t row : {12, 59}) a.data()[row * kSinglePanel + column] = value;
        Matrix c = Matrix::zeros(kWidth, kWidth), square = c.clone();
        tile(a.data(), b.data(), 60, c.data.data());
        tile(a.data(), a.data(), 60, square.data.data());
        CHECK(!std::isfinite(square(column, column)));
        for (int64_t j = 0; j < kWidth; j++) {
          for (int64_t i = 0; i < kWidth; i++) {
            CHECK(i == column ? value == 3e38f || !std::isfinite(c(j, i)) : std::isfinite(c(j, i)));
          }
        }
      }
    }
  });
}

}  // namespace

int main() {
  for (const char* name : machine_kernels()) {
    const UseKernel use(name);
    const SingleTile tile = choose_single_tile();
    std::printf("%s\n", name);
    test("the plain kernel where it is asked for, another one elsewhere",
         [&] { CHECK((tile == single_tile_plain) == (std::string(name) == "plain")); });
    test("against sums in doubles, 0 to 300 rows", [&] {
      for (const int64_t rows : {0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100, 255, 256, 257, 300}) check_tile(tile, rows);
    });
    special(tile);
  }
  return finish();
}
