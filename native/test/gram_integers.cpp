// Blocks of small whole numbers, which are summed as integers: exactly, and with the bits that doubles would have, wherever
// a stream changes from one to the other, however it is cut, on every instruction set.
#include "../core/moments/gram.h"

#include "../core/tiles/integer_tile.h"
#include "check.h"
#include "feed.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

const Matrix none;

Matrix whole_matrix(int rows, int cols, uint64_t seed) {
  std::mt19937_64 bits(seed);
  Matrix a(rows, cols);
  for (int64_t i = 0; i < a.size(); i++) a.data[i] = static_cast<double>(bits() % 4095) - kLargestInteger;
  return a;
}

Matrix beside(const Matrix& x, const Matrix& y) {
  Matrix rows(x.rows, x.cols + y.cols);
  for (int64_t i = 0; i < x.rows; i++) {
    std::copy_n(x.row(i), x.cols, rows.row(i));
    if (y.cols > 0) std::copy_n(y.row(i), y.cols, rows.row(i) + x.cols);
  }
  return rows;
}

// [x | 1]
Matrix with_one(const Matrix& x) {
  Matrix one(x.rows, 1);
  std::fill_n(one.data.data(), one.size(), 1.0);
  return beside(x, one);
}

// Σ r rᵀ over r = [x | 1] in 64-bit integers, of rows [0, count).
Matrix exact(const Matrix& x, int count) {
  const Matrix rows = with_one(x);
  Matrix sums(rows.cols, rows.cols);
  for (int64_t i = 0; i < rows.cols; i++) {
    for (int64_t j = 0; j < rows.cols; j++) {
      int64_t sum = 0;
      for (int64_t r = 0; r < count; r++) sum += static_cast<int64_t>(rows(r, i)) * static_cast<int64_t>(rows(r, j));
      sums(i, j) = static_cast<double>(sum);
    }
  }
  return sums;
}

// The same by the kernel for doubles, block after block of 256 rows, as a stream without whole numbers is summed.
Matrix by_doubles(const Matrix& x) {
  constexpr int64_t kRows = 256;
  const Matrix rows = with_one(x);
  const int64_t panels = (rows.cols + kPanel - 1) / kPanel;
  const Tile tile = choose_tile().run;
  std::vector<Buffer> tiles;
  for (int64_t i = 0; i < panels * panels; i++) tiles.push_back(Buffer::zeros(kPanel * kPanel));
  for (int64_t first = 0; first < rows.rows; first += kRows) {
    const int64_t count = std::min(kRows, rows.rows - first);
    Buffer packed = Buffer::zeros(panels * kRows * kPanel);
    for (int64_t r = 0; r < count; r++) {
      for (int64_t c = 0; c < rows.cols; c++) {
        packed[(c / kPanel * kRows + r) * kPanel + c % kPanel] = rows(first + r, c);
      }
    }
    const auto panel = [&](int64_t p) { return packed.data() + p * kRows * kPanel; };
    for (int64_t i = 0; i < panels * panels; i++) {
      tile(panel(i / panels), panel(i % panels), count, tiles[static_cast<size_t>(i)].data());
    }
  }
  Matrix sums(rows.cols, rows.cols);
  for (int64_t i = 0; i < rows.cols; i++) {
    for (int64_t j = i; j < rows.cols; j++) {
      const Buffer& from = tiles[static_cast<size_t>(i / kPanel * panels + j / kPanel)];
      sums(i, j) = sums(j, i) = from[j % kPanel * kPanel + i % kPanel];
    }
  }
  return sums;
}

void kernel() {
  test("the kernel against its definition, at the largest numbers too", [] {
    for (const int64_t pairs : {0, 1, 2, 50, 128}) {
      for (const bool largest : {false, true}) {
        const int64_t size = pairs * 2 * kIntegerPanel;
        Buffer a(size / 4), b(size / 4), c(kIntegerPanel * kIntegerPanel / 2);
        int16_t *pa = reinterpret_cast<int16_t*>(a.data()), *pb = reinterpret_cast<int16_t*>(b.data());
        int32_t* pc = reinterpret_cast<int32_t*>(c.data());
        std::mt19937_64 bits(7);
        for (int64_t i = 0; i < size; i++) {
          pa[i] = static_cast<int16_t>(largest ? kLargestInteger : static_cast<int>(bits() % 4095) - kLargestInteger);
          pb[i] = static_cast<int16_t>(largest ? -kLargestInteger : static_cast<int>(bits() % 4095) - kLargestInteger);
        }
        choose_integer_tile()(pa, pb, pairs, pc);
        const auto at = [](const int16_t* panel, int64_t r, int64_t i) {
          return static_cast<int64_t>(panel[2 * kIntegerPanel * (r / 2) + 2 * i + r % 2]);
        };
        for (int64_t i = 0; i < kIntegerPanel; i++) {
          for (int64_t j = 0; j < kIntegerPanel; j++) {
            int64_t sum = 0;
            for (int64_t r = 0; r < 2 * pairs; r++) sum += at(pa, r, i) * at(pb, r, j);
            CHECK(pc[kIntegerPanel * j + i] == sum);
          }
        }
      }
    }
  });
}

void whole_numbers() {
  for (const int width : {2, 23, 24, 25, 47, 48, 49, 72, 73, 97, 130}) {
    test("width " + std::to_string(width) + " is exact", [width] {
      for (const int rows : {0, 1, 2, 255, 256, 257, 513}) {
        const Matrix x = whole_matrix(rows, width - 1, 1);
        CHECK(same_bits(accumulate(x, none, {}), exact(x, rows)));
      }
    });
  }
  test("256 rows of the largest numbers do not overflow", [] {
    Matrix x(512, 50);
    for (int64_t i = 0; i < x.size(); i++) x.data[i] = i % 50 % 2 == 0 ? kLargestInteger : -kLargestInteger;
    CHECK(same_bits(accumulate(x, none, {}), exact(x, 512)));
  });
  test("columns of zeros, for a block, until its last row, for ever", [] {
    for (const int last : {255, 256, 511, 699, 700}) {
      Matrix x = whole_matrix(700, 150, 2);
      for (int64_t r = 0; r < 700; r++) {
        for (int64_t c = 0; c < 60; c++) x(r, c) = r < last ? 0 : x(r, c);
        for (int64_t c = 90; c < 149; c++) x(r, c) = r < 300 || r == last ? x(r, c) : -0.0;
      }
      const Matrix expected = exact(x, 700);
      CHECK(same_bits(accumulate(x, none, {2, 0, false, 77}), expected));
      CHECK(same_bits(accumulate(x, none, {2, 3, false, 0}), expected));
    }
  });
  test("a snapshot after every row", [] {
    const Matrix x = whole_matrix(270, 60, 3);
    Gram gram(60, 0);
    Matrix result(61, 61);
    for (int rows = 1; rows <= 270; rows++) {
      gram.fill<double, double>(x.data.data(), nullptr, rows - 1, rows);
      CHECK(gram.snapshot(1, result.data.data()) == rows);
      if (rows < 5 || (rows > 252 && rows < 260)) CHECK(same_bits(result, exact(x, rows)));
    }
  });
  test("float32", [] {
    const Matrix x = whole_matrix(300, 27, 4), y = whole_matrix(300, 30, 5);
    const std::vector<float> xf(x.data.data(), x.data.data() + x.size()), yf(y.data.data(), y.data.data() + y.size());
    CHECK(same_bits(accumulate(xf.data(), yf.data(), 300, 27, 30, {}), exact(beside(x, y), 300)));
  });
}

void changes() {
  test("what is not a small whole number, on either side of the limit", [] {
    for (const double value : {2047.0, -2047.0, 2048.0, -2048.0, 2047.5, -2047.0000000000002, 0.5, -0.0, 5e-324, 32767.0,
                               32768.0, 65536.0, 65537.0, 0x1p31, 0x1p32, 0x1p63, 1e19, -1e150}) {
      for (const int row : {0, 1, 100, 255, 256, 299}) {
        Matrix x = whole_matrix(300, 52, 6);
        x(row, 51) = value;
        x(row, 7) = -value;
        CHECK(same_bits(accumulate(x, none, {}), by_doubles(x)));
      }
    }
  });
  // One panel, an odd number of them, an even one.
  for (const int width : {20, 60, 90}) {
    test("the first row of other numbers, anywhere in a block, " + std::to_string(width) + " wide", [width] {
      for (int row = 0; row < 256; row++) {
        if (width != 60 && row > 3 && row < 252 && row % 32 > 1) continue;
        Matrix x = whole_matrix(270, width - 1, 8);
        x(row, row % (width - 1)) += 0.5;
        if (row % 3 == 0) x(row + 2, 0) += 0.25;
        const Matrix expected = by_doubles(x);
        CHECK(same_bits(accumulate(x, none, {}), expected));
        // The row comes in a fill of its own, its predecessor and a snapshot before it.
        if (row > 0) CHECK(same_bits(accumulate(x, none, {1, 0, false, row}), expected));
        if (row < 4 || row > 252) CHECK(same_bits(accumulate(x, none, {1, 0, false, 1}), expected));
      }
    });
  }
  struct Shape {
    int rows, dx, dy;
  };
  for (const Shape& shape : {Shape{6000, 6, 1}, Shape{800, 640, 13}, Shape{700, 24, 23}}) {
    test("the same bits however cut, " + std::to_string(shape.dx) + " wide", [&] {
      Matrix x = whole_matrix(shape.rows, shape.dx, 9), y = whole_matrix(shape.rows, shape.dy, 10);
      // Some blocks of each kind, and some that change on the way.
      for (int64_t r = 0; r < shape.rows; r++) {
        if (r / 300 % 2 == 1) x(r, r % shape.dx) += 0.125;
        if (r % 1000 == 555) y(r, 0) *= 1.5;
      }
      const Matrix expected = by_doubles(beside(x, y));
      for (const int threads : {1, 2, 3, 8}) {
        const uint64_t seed = static_cast<uint64_t>(threads);
        CHECK(same_bits(accumulate(x, y, {threads, seed, threads % 2 == 0, 0}), expected));
        CHECK(same_bits(accumulate(x, y, {threads, seed + 10, threads % 2 == 1, shape.rows / 5 + 3}), expected));
      }
    });
  }
}

void not_finite() {
  test("NaN and infinities among whole numbers are named", [] {
    struct Spot {
      int row, column;
    };
    const Matrix clean = whole_matrix(600, 60, 11);
    for (const Spot& spot : {Spot{0, 0}, Spot{1, 59}, Spot{254, 30}, Spot{255, 0}, Spot{256, 59}, Spot{599, 24}}) {
      for (const double value : {static_cast<double>(NAN), HUGE_VAL, -HUGE_VAL}) {
        for (const int64_t snapshot : {0, 1, 200}) {
          Matrix x = clean.clone();
          x(spot.row, spot.column) = value;
          if (spot.row < 599) x(spot.row + 1, 0) = NAN;
          const Failure failure = FAILURE_OF(Status::not_finite, accumulate(x, none, {1, 0, false, snapshot}));
          CHECK(failure.at == spot.row && failure.column == spot.column);
          CHECK(std::isnan(value) ? std::isnan(*failure.value) : *failure.value == value);
        }
      }
    }
  });
}

// Blocks of 128 rows, one to an area.
void wide_rows() {
  test("rows 8300 wide", [] {
    constexpr int kWide = 8300;
    Matrix x = whole_matrix(261, kWide, 12);
    x(130, kWide - 1) = 0.5;
    x(260, 0) = 0.25;
    const Matrix result = accumulate(x, none, {2, 1, true, 0});
    std::mt19937_64 bits(13);
    for (int sample = 0; sample < 2000; sample++) {
      const int64_t i = sample < 100 ? 0 : static_cast<int64_t>(bits() % kWide);
      const int64_t j = sample % 50 == 0 ? kWide - 1 : static_cast<int64_t>(bits() % kWide);
      // Multiples of 1/8 below 2³¹: nothing is rounded.
      double sum = 0;
      for (int64_t r = 0; r < 261; r++) sum += x(r, i) * x(r, j);
      CHECK(result(i, j) == sum && result(j, i) == sum);
    }
    CHECK(result(kWide, kWide) == 261);
  });
}

}  // namespace

int main() {
  for (const char* name : machine_kernels()) {
    const UseKernel use(name);
    std::printf("%s\n", name);
    whole_numbers();
    // Without a kernel for integers all blocks are of doubles, and nothing changes.
    if (choose_integer_tile() == nullptr) continue;
    kernel();
    changes();
    not_finite();
  }
  wide_rows();
  return finish();
}
