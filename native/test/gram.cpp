// The moments kernel against a plain loop in long double, its promise that no cutting, thread count or snapshot changes
// a bit, every instruction set against the portable one, what it says of data that are not finite, and encoding.
#include "../core/moments/gram.h"

#include "../core/tiles/project.h"
#include "../core/views/noise.h"
#include "check.h"
#include "feed.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

std::vector<float> to_float(const Matrix& a) {
  std::vector<float> all(static_cast<size_t>(a.size()));
  for (int64_t i = 0; i < a.size(); i++) all[static_cast<size_t>(i)] = static_cast<float>(a.data[i]);
  return all;
}

// Against Σ r rᵀ by definition, |error| ≤ n eps √(Gᵢᵢ Gⱼⱼ).
void check_definition(const Matrix& x, const Matrix& y) {
  const int dx = x.cols, width = dx + y.cols + 1;
  Matrix rows(x.rows, width);
  for (int64_t i = 0; i < x.rows; i++) {
    std::copy_n(x.row(i), dx, rows.row(i));
    if (y.cols > 0) std::copy_n(y.row(i), y.cols, rows.row(i) + dx);
    rows(i, width - 1) = 1;
  }
  const Matrix expected = checks::gram(rows), result = accumulate(x, y, {});
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j < width; j++) {
      CHECK(result(i, j) == result(j, i));
      const double scale = std::sqrt(expected(i, i) * expected(j, j));
      CHECK_AT_MOST(std::fabs(result(i, j) - expected(i, j)), x.rows * kEpsilon * scale);
    }
  }
}

void values() {
  for (int width = 2; width <= 130; width += (width % 24 < 2 || width % 24 > 21 ? 1 : 5)) {
    test("width " + std::to_string(width), [width] {
      for (const int dy : {0, 1, 30}) {
        if (width - dy - 1 < 1) continue;
        check_definition(random_matrix(259, width - dy - 1, 1), random_matrix(259, dy, 2));
      }
    });
  }
  test("no row, one row, one block, one row more", [] {
    for (const int rows : {0, 1, 255, 256, 257}) check_definition(random_matrix(rows, 5, 1), random_matrix(rows, 2, 2));
  });
  test("float32 on either side is float64 of the same values", [] {
    const Matrix x = random_matrix(600, 27, 3), y = random_matrix(600, 3, 4);
    const std::vector<float> xf = to_float(x), yf = to_float(y);
    Matrix xd(600, 27), yd(600, 3);
    std::copy(xf.begin(), xf.end(), xd.data.data());
    std::copy(yf.begin(), yf.end(), yd.data.data());
    const Matrix expected = accumulate(xd, yd, {});
    CHECK(same_bits(accumulate(xf.data(), yf.data(), 600, 27, 3, {}), expected));
    CHECK(same_bits(accumulate(xf.data(), yd.data.data(), 600, 27, 3, {}), expected));
    CHECK(same_bits(accumulate(xd.data.data(), yf.data(), 600, 27, 3, {}), expected));
  });
}

void cuts() {
  struct Shape {
    int rows, dx, dy;
  };
  // Some are several staging areas long, some end amid a block.
  for (const Shape& shape : {Shape{11000, 3, 1}, Shape{600, 640, 13}, Shape{700, 420, 0}, Shape{100, 7, 0}}) {
    test("the same bits however cut, " + std::to_string(shape.dx) + " wide", [&] {
      const Matrix x = random_matrix(shape.rows, shape.dx, 5), y = random_matrix(shape.rows, shape.dy, 6);
      const Matrix expected = accumulate(x, y, {});
      for (int threads = 1; threads <= 8; threads++) {
        const uint64_t seed = static_cast<uint64_t>(threads);
        CHECK(same_bits(accumulate(x, y, {threads, seed, threads % 2 == 0, 0}), expected));
        CHECK(same_bits(accumulate(x, y, {threads, seed + 10, threads % 2 == 1, shape.rows / 5 + 3}), expected));
      }
    });
  }
  test("a snapshot is what its rows alone would give", [] {
    const Matrix x = random_matrix(600, 640, 5);
    // 256 rows are one staging area at this width.
    for (const int rows : {1, 200, 255, 256, 257, 512, 600}) {
      Matrix first(rows, 640), result(641, 641);
      std::copy_n(x.data.data(), first.size(), first.data.data());
      Gram gram(640, 0, {}, kArea);
      for (int64_t at = 0; at < rows;) {
        at += gram.fill<double, double>(x.data.data(), nullptr, at, rows);
        if (!gram.full()) continue;
        gram.swap();
        gram.sum(2);
      }
      gram.snapshot(2, result.data.data());
      CHECK(same_bits(result, accumulate(first, Matrix(rows, 0), {})));
    }
  });
}

// Against rows that are extended and corrupted before they come.
void appended_noise() {
  test("noise drawn on the way in", [] {
    for (const int dx : {1, 6, 47}) {
      for (const int dz : {1, 2, 50}) {
        const int rows = 530;
        const Stream stream{0x123456789abcdefu, 5};
        AppendedNoise noise;
        noise.stream = stream;
        // Some are zero, as where there is no noise: then whole numbers stay whole.
        for (int j = 0; j < dz; j++) noise.deviations.push_back(dz == 2 ? 0 : 0.5 * (j % 3));
        Matrix x = random_matrix(rows, dx, 5), extended = Matrix::zeros(rows, dx + dz);
        const Matrix y = random_matrix(rows, 3, 6);
        std::vector<double> deviations(static_cast<size_t>(dx + dz));
        std::copy(noise.deviations.begin(), noise.deviations.end(), deviations.begin() + dx);
        for (int64_t i = 0; i < x.size(); i++) x.data[i] = dz == 2 ? std::round(100 * x.data[i]) : x.data[i];
        for (int64_t i = 0; i < rows; i++) std::copy_n(x.row(i), dx, extended.row(i));
        add_diagonal_noise(extended, deviations.data(), stream, 0, 1);
        Gram gram(dx, 3, noise);
        Matrix result(gram.width(), gram.width());
        for (int64_t at = 0; at < rows;) {
          at += gram.fill(x.data.data(), y.data.data(), at, std::min<int64_t>(rows, at + 99));
          gram.snapshot(1, result.data.data());
        }
        CHECK(same_bits(result, accumulate(extended, y, {})));
      }
    }
  });
  test("noise goes on where an area ended", [] {
    AppendedNoise noise;
    noise.deviations.assign(600, 1);
    noise.stream = {7, 1};
    std::vector<double> deviations(640, 0);
    std::fill(deviations.begin() + 40, deviations.end(), 1.0);
    const Matrix x = random_matrix(600, 40, 1);
    Matrix extended = Matrix::zeros(600, 640);
    for (int64_t i = 0; i < 600; i++) std::copy_n(x.row(i), 40, extended.row(i));
    add_diagonal_noise(extended, deviations.data(), noise.stream, 0, 2);
    Gram gram(40, 0, noise, kArea);
    Matrix result(641, 641);
    for (int64_t at = 0; at < 600;) {
      at += gram.fill<double, double>(x.data.data(), nullptr, at, 600);
      if (!gram.full()) continue;
      gram.swap();
      gram.sum(2);
    }
    CHECK(gram.snapshot(2, result.data.data()) == 600);
    CHECK(same_bits(result, accumulate(extended, Matrix(600, 0), {})));
  });
}

void kernels() {
  for (const char* name : machine_kernels()) {
    const UseKernel use(name);
    const TileChoice tile = choose_tile();
    test(std::string("kernel ") + name, [&] {
      for (const int rows : {0, 1, 2, 3, 100, 256}) {
        Matrix a = random_matrix(rows, kPanel, 1), b = random_matrix(rows, kPanel, 2);
        Matrix expected = random_matrix(kPanel, kPanel, 3), result = expected.clone();
        tile_plain(a.data.data(), b.data.data(), rows, expected.data.data());
        tile.run(a.data.data(), b.data.data(), rows, result.data.data());
        CHECK_AT_MOST(distance(result, expected), 24 * (rows + 1) * kEpsilon);
        // Integers leave nothing to round: every element must be where it belongs.
        for (Matrix* each : {&a, &b, &expected}) {
          for (int64_t i = 0; i < each->size(); i++) each->data[i] = std::round(each->data[i] * 1000);
        }
        result = expected.clone();
        tile_plain(a.data.data(), b.data.data(), rows, expected.data.data());
        tile.run(a.data.data(), b.data.data(), rows, result.data.data());
        CHECK(same_bits(result, expected));
      }
    });
  }
}

void not_finite() {
  struct Spot {
    int row, column;
  };
  const double values[] = {NAN, INFINITY, -INFINITY};
  test("the first element that is not finite is named, wherever it is", [&] {
    // In the first area of 256 rows, the second, and the one that only the snapshot sees.
    const Spot spots[] = {{0, 0}, {3, 639}, {100, 640}, {255, 652}, {256, 0}, {511, 17}, {512, 640}, {599, 100}};
    const Matrix clean_x = random_matrix(600, 640, 5), clean_y = random_matrix(600, 13, 6);
    for (const Spot& spot : spots) {
      for (const double value : values) {
        if (spot.row % 256 != 0 && !std::isnan(value)) continue;
        Matrix x = clean_x.clone(), y = clean_y.clone();
        const auto put = [&](int64_t row, int64_t column) {
          (column < 640 ? x(row, column) : y(row, column - 640)) = value;
        };
        put(spot.row, spot.column);
        // Later in reading order, though in an earlier column.
        if (spot.row + 1 < 600) put(spot.row + 1, 0);
        const Failure failure = FAILURE_OF(Status::not_finite, {
          Gram gram(640, 13, {}, kArea);
          Matrix result(654, 654);
          for (int64_t at = 0; at < 600;) {
            at += gram.fill(x.data.data(), y.data.data(), at, int64_t{600});
            if (!gram.full()) continue;
            gram.swap();
            gram.sum(2);
          }
          gram.snapshot(2, result.data.data());
        });
        CHECK(failure.at == spot.row && failure.column == spot.column);
        CHECK(std::isnan(value) ? std::isnan(*failure.value) : *failure.value == value);
      }
    }
  });
  test("finite data whose squares overflow name the column", [] {
    Matrix x = random_matrix(100, 30, 5);
    x(50, 27) = 1e155;
    const Failure failure = FAILURE_OF(Status::out_of_range, accumulate(x, Matrix(100, 0), {}));
    CHECK(failure.column == 27 && !failure.at);
  });
}

void encoding() {
  for (const int d : {1, 24, 100, 300}) {
    test("encoding at d = " + std::to_string(d), [d] {
      const Matrix x = random_matrix(211, d, 1);
      for (const int k : {1, 3, 24, 25, 49}) {
        const Matrix encoder = random_matrix(k, d, 2), z = project(x, encoder, 1);
        CHECK_AT_MOST(distance(z, product(x, transpose(encoder))), d * kEpsilon * size_of(x) * size_of(encoder));
        for (int threads = 2; threads <= 8; threads++) CHECK(same_bits(project(x, encoder, threads), z));
        for (const int rows : {1, 5, 24, 95, 97}) {
          for (int from = 0; from < 211; from += rows) {
            Matrix part(std::min(rows, 211 - from), d);
            std::copy_n(x.row(from), part.size(), part.data.data());
            const Matrix own = project(part, encoder, 2);
            CHECK(same_bits(own.data.data(), z.row(from), own.size()));
          }
        }
      }
    });
  }
  test("NaN in a row stays in that row", [] {
    Matrix x = random_matrix(50, 30, 1);
    const Matrix encoder = random_matrix(7, 30, 2), z = project(x, encoder, 1);
    x(20, 3) = NAN;
    const Matrix result = project(x, encoder, 1);
    for (int64_t i = 0; i < 50; i++) {
      for (int64_t j = 0; j < 7; j++) CHECK(i == 20 ? std::isnan(result(i, j)) : result(i, j) == z(i, j));
    }
  });
}

}  // namespace

int main() {
  values();
  cuts();
  appended_noise();
  kernels();
  not_finite();
  encoding();
  return finish();
}
