// The objectives on embeddings: their exponentials, sines and cosines against the library's in long double, their values and
// gradients against the definitions in long double, with dimensions across the borders of blocks; that threads change no bit;
// failures and cancellation.
#include <chrono>
#include <functional>
#include <thread>

#include "../core/blas_threads.h"
#include "../core/losses/barlow_twins.h"
#include "../core/losses/elementary.h"
#include "../core/losses/sigreg.h"
#include "../core/losses/simclr.h"
#include "../core/losses/vectors.h"
#include "../core/losses/vicreg.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;
using namespace eigenview::losses;

namespace {

// How many units in the last place a number is from the true one.
double units(double value, long double truth) {
  const double size = std::fabs(static_cast<double>(truth));
  const double unit = std::nextafter(size, INFINITY) - size;
  return static_cast<double>(std::fabs(value - truth) / unit);
}

// n numbers in [−1, 1).
std::vector<double> points(int n, uint64_t seed) {
  const Matrix random = random_matrix(1, n, seed);
  return {random.row(0), random.row(0) + n};
}

void elementary() {
  constexpr int kPoints = 300000;
  std::vector<double> x = points(kPoints, 1), y(kPoints), z(kPoints);
  test("exponentials", [&] {
    // Dense near 0, down to where they vanish, up to where they overflow.
    for (double& value : x) value = value < 0 ? -708 * value * value * value * value : 709 * value;
    for (size_t i = 0; i < x.size(); i += 2) x[i] = -std::fabs(x[i]);
    exp_row(x.data(), 0.0, kPoints, y.data());
    double worst = 0;
    for (size_t i = 0; i < x.size(); i++) {
      if (x[i] >= -708) worst = std::max(worst, units(y[i], std::exp(static_cast<long double>(x[i]))));
    }
    CHECK_AT_MOST(worst, 2);
  });
  test("exponentials at the borders", [&] {
    const double given[] = {0, -0.0, -708, -708.5, -1e6, -INFINITY, -1e308, 709, 1e-300, -1e-17};
    exp_row(given, 0.0, 10, y.data());
    CHECK(y[0] == 1 && y[1] == 1 && y[2] > 0 && y[3] == 0 && y[4] == 0 && y[5] == 0 && y[6] == 0);
    CHECK(units(y[7], std::exp(709.0L)) <= 2 && y[8] == 1 && y[9] == 1);
    // One shift an element.
    const double shifts[] = {0, 1, -708, 3};
    exp_row(given, shifts, 4, y.data());
    CHECK(y[0] == 1 && y[2] == 1);
    CHECK_AT_MOST(units(y[1], std::exp(-1.0L)), 2);
  });
  test("sines and cosines", [&] {
    for (const double range : {1.0, 10.0, 1e3, 1e5}) {
      x = points(kPoints, 2);
      for (double& value : x) value *= range;
      sin_cos_row(x.data(), kPoints, y.data(), z.data());
      double worst = 0;
      for (size_t i = 0; i < x.size(); i++) {
        const long double angle = x[i];
        worst = std::max({worst, units(y[i], std::sin(angle)), units(z[i], std::cos(angle))});
      }
      CHECK_AT_MOST(worst, 2);
    }
  });
  test("sines and cosines where they vanish, and of any angle", [&] {
    std::vector<double> near;
    for (int64_t q = -60000; q <= 60000; q += 7) near.push_back(static_cast<double>(q) * 1.57079632679489661923);
    const int64_t n = static_cast<int64_t>(near.size());
    sin_cos_row(near.data(), n, y.data(), z.data());
    double worst = 0;
    for (size_t i = 0; i < near.size(); i++) {
      // The library reduces by more of π than long double holds.
      worst = std::max({worst, units(y[i], std::sin(near[i])), units(z[i], std::cos(near[i]))});
    }
    CHECK_AT_MOST(worst, 2);
    const double far[] = {1e9, -1e22, 3};
    sin_cos_row(far, 3, y.data(), z.data());
    for (int i = 0; i < 3; i++) CHECK(y[i] == std::sin(far[i]) && z[i] == std::cos(far[i]));
  });
  test("finite numbers", [] {
    for (int64_t n = 0; n < 70; n++) {
      std::vector<double> numbers(static_cast<size_t>(n), 1e308);
      CHECK(losses::all_finite(numbers.data(), n));
      for (double& number : numbers) {
        for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY), -static_cast<double>(INFINITY)}) {
          number = bad;
          CHECK(!losses::all_finite(numbers.data(), n));
        }
        number = -1e308;
      }
    }
  });
}

// Values by definition, in long double.
using Rows = std::vector<std::vector<long double>>;
using Loss = std::function<long double(const std::vector<Rows>&)>;

Rows rows_of(const Batches& batches, int64_t batch) {
  Rows rows;
  for (int64_t i = 0; i < batches.rows; i++) rows.emplace_back(batches.row(batch, i), batches.row(batch, i) + batches.cols);
  return rows;
}

Rows centred(Rows z) {
  const size_t k = z[0].size();
  for (size_t j = 0; j < k; j++) {
    long double mean = 0;
    for (const auto& row : z) mean += row[j] / static_cast<long double>(z.size());
    for (auto& row : z) row[j] -= mean;
  }
  return z;
}

long double inner(const Rows& x, size_t i, const Rows& y, size_t j) {
  long double sum = 0;
  for (size_t n = 0; n < x.size(); n++) sum += x[n][i] * y[n][j];
  return sum;
}

const VicregWeights kVicreg{25, 12.5, 1, 1, 1e-4};

long double vicreg_loss(const std::vector<Rows>& z) {
  const size_t n = z[0].size(), k = z[0][0].size();
  const long double size = static_cast<long double>(n * k), dims = static_cast<long double>(k);
  long double loss = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < k; j++) loss += 25 * (z[0][i][j] - z[1][i][j]) * (z[0][i][j] - z[1][i][j]) / size;
  }
  for (const Rows& each : z) {
    const Rows x = centred(each);
    for (size_t i = 0; i < k; i++) {
      for (size_t j = 0; j < k; j++) {
        const long double c = inner(x, i, x, j) / static_cast<long double>(n - 1);
        loss += i == j ? 12.5L * std::max(0.0L, 1 - std::sqrt(c + 1e-4L)) / dims : c * c / dims;
      }
    }
  }
  return loss;
}

const BarlowTwinsWeights kBarlow{1, 0.0051, 1e-5, 0};

long double barlow_loss(const std::vector<Rows>& z) {
  const Rows x = centred(z[0]), y = centred(z[1]);
  const size_t k = x[0].size();
  const long double n = static_cast<long double>(x.size());
  long double loss = 0;
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j < k; j++) {
      const long double scale = std::sqrt((inner(x, i, x, i) / n + 1e-5L) * (inner(y, j, y, j) / n + 1e-5L));
      const long double c = inner(x, i, y, j) / n / scale;
      loss += i == j ? (c - 1) * (c - 1) : 0.0051L * c * c;
    }
  }
  return loss;
}

constexpr double kTemperature = 0.2;

long double simclr_loss(const std::vector<Rows>& z) {
  Rows u = z[0];
  u.insert(u.end(), z[1].begin(), z[1].end());
  for (auto& row : u) {
    long double squares = 0;
    for (const long double x : row) squares += x * x;
    for (long double& x : row) x /= std::sqrt(squares);
  }
  const size_t all = u.size();
  long double loss = 0;
  for (size_t i = 0; i < all; i++) {
    long double sum = 0, own = 0;
    for (size_t j = 0; j < all; j++) {
      if (j == i) continue;
      long double s = 0;
      for (size_t c = 0; c < u[i].size(); c++) s += u[i][c] * u[j][c] / static_cast<long double>(kTemperature);
      sum += std::exp(s);
      if (j == (i + all / 2) % all) own = s;
    }
    loss += (std::log(sum) - own) / static_cast<long double>(all);
  }
  return loss;
}

const SigregOptions kSigreg{17, 3, 0.3, 0.7};

Loss lejepa_loss(const Matrix& directions) {
  return [&directions](const std::vector<Rows>& z) {
    const size_t views = z.size(), n = z[0].size(), k = z[0][0].size();
    const long double size = static_cast<long double>(views * n * k), rows = static_cast<long double>(n);
    long double loss = 0;
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < k; j++) {
        long double mean = 0;
        for (const Rows& each : z) mean += each[i][j] / static_cast<long double>(views);
        for (const Rows& each : z) loss += 0.7L * (mean - each[i][j]) * (mean - each[i][j]) / size;
      }
    }
    for (const Rows& each : z) {
      for (int64_t a = 0; a < directions.rows; a++) {
        for (int w = 0; w < 17; w++) {
          const long double t = w * 3.0L / 16, target = std::exp(-t * t / 2);
          const long double q = (w == 0 || w == 16 ? 1 : 2) * 3.0L / 16 * target;
          long double real = -target, imaginary = 0;
          for (size_t i = 0; i < n; i++) {
            long double p = 0;
            for (size_t j = 0; j < k; j++) p += each[i][j] * directions(a, static_cast<int64_t>(j));
            real += std::cos(t * p) / rows;
            imaginary += std::sin(t * p) / rows;
          }
          loss += 0.3L * rows * q * (real * real + imaginary * imaginary) / static_cast<long double>(views * static_cast<size_t>(directions.rows));
        }
      }
    }
    return loss;
  };
}

Batches random_batches(int count, int rows, int cols, uint64_t seed) {
  Batches batches;
  batches.count = count;
  batches.rows = rows;
  batches.cols = cols;
  const Matrix shared = random_matrix(rows, cols, seed), own = random_matrix(count * rows, cols, seed + 1);
  batches.data = Buffer(own.size());
  for (int64_t i = 0; i < own.size(); i++) batches.data[i] = shared.data[i % shared.size()] + 0.4 * own.data[i];
  return batches;
}

Batches copy_of(const Batches& batches) {
  Batches copy;
  copy.count = batches.count;
  copy.rows = batches.rows;
  copy.cols = batches.cols;
  copy.data = Buffer::copy(batches.data.data(), batches.data.size());
  return copy;
}

// A value and the gradients behind one another.
struct Outcome {
  double loss;
  Buffer gradients;
};

using Objective = std::function<double(Batches&, const Team&, const Gradients&)>;

Outcome evaluate(const Objective& objective, const Batches& batches, int threads,
                 const std::atomic<int32_t>* cancelled = nullptr) {
  Batches copy = copy_of(batches);
  Outcome outcome{0, Buffer(batches.data.size())};
  // What gradients are written over is of no account.
  std::fill_n(outcome.gradients.data(), outcome.gradients.size(), std::nan(""));
  Gradients gradients;
  for (int64_t b = 0; b < batches.count; b++) gradients.push_back(outcome.gradients.data() + b * batches.rows * batches.cols);
  outcome.loss = objective(copy, Team{threads, cancelled}, gradients);
  return outcome;
}

double vicreg_value(Batches& batches, const Team& team, const Gradients& gradients) {
  const VicregTerms terms = vicreg(batches, kVicreg, team, gradients);
  return kVicreg.invariance * terms.invariance + kVicreg.variance * (terms.variance[0] + terms.variance[1]) +
         kVicreg.covariance * (terms.covariance[0] + terms.covariance[1]);
}

double barlow_value(Batches& batches, const Team& team, const Gradients& gradients) {
  const BarlowTwinsTerms terms = barlow_twins(batches, kBarlow, team, gradients);
  return terms.on_diagonal + kBarlow.off_diagonal * terms.off_diagonal;
}

double simclr_value(Batches& batches, const Team& team, const Gradients& gradients) {
  const SimclrTerms terms = simclr(batches, kTemperature, team, gradients);
  return terms.alignment + terms.uniformity;
}

Objective lejepa_value(const Matrix& directions) {
  return [&directions](Batches& batches, const Team& team, const Gradients& gradients) {
    const SigregTerms terms = sigreg(batches, directions, kSigreg, team, gradients);
    return kSigreg.sigreg * terms.sigreg + kSigreg.invariance * terms.invariance;
  };
}

// The value, and slopes along the coordinates named, by differences of fourth order in long double: with a step of 1e-3
// they are off by some 1e-13 of the loss.
void check_definition(const Objective& objective, const Loss& loss, const Batches& batches, int64_t stride) {
  const Outcome outcome = evaluate(objective, batches, 2);
  std::vector<Rows> z;
  for (int64_t b = 0; b < batches.count; b++) z.push_back(rows_of(batches, b));
  const long double value = loss(z);
  CHECK_AT_MOST(std::fabs(outcome.loss - static_cast<double>(value)), 1e-13 * (1 + std::fabs(static_cast<double>(value))));
  const int64_t size = batches.rows * batches.cols;
  double largest = 0;
  for (int64_t i = 0; i < outcome.gradients.size(); i++) largest = std::max(largest, std::fabs(outcome.gradients[i]));
  for (int64_t at = stride / 2; at < batches.count * size; at += stride) {
    long double& x = z[static_cast<size_t>(at / size)][static_cast<size_t>(at % size / batches.cols)]
                      [static_cast<size_t>(at % batches.cols)];
    const long double here = x, step = 1e-3L;
    const auto at_step = [&](int steps) {
      x = here + steps * step;
      const long double found = loss(z);
      x = here;
      return found;
    };
    const long double slope = (8 * (at_step(1) - at_step(-1)) - (at_step(2) - at_step(-2))) / (12 * step);
    CHECK_AT_MOST(std::fabs(outcome.gradients[at] - static_cast<double>(slope)), 1e-9 * (largest + 1));
  }
}

Matrix unit_directions(int count, int dim) { return random_directions({5, 6}, count, dim, Team{1, nullptr}); }

void definitions() {
  for (const auto& [rows, cols] : {std::pair{2, 1}, {9, 4}, {40, 7}}) {
    const std::string shape = ", " + std::to_string(rows) + "x" + std::to_string(cols);
    const Batches batches = random_batches(2, rows, cols, 3);
    const int64_t stride = 1 + rows * cols / 20;
    test("VICReg" + shape, [&] { check_definition(vicreg_value, vicreg_loss, batches, stride); });
    test("Barlow Twins" + shape, [&] { check_definition(barlow_value, barlow_loss, batches, stride); });
    test("SimCLR" + shape, [&] { check_definition(simclr_value, simclr_loss, batches, stride); });
    const Matrix directions = unit_directions(3, cols);
    const Batches views = random_batches(3, rows, cols, 4);
    test("LeJEPA" + shape, [&] { check_definition(lejepa_value(directions), lejepa_loss(directions), views, stride); });
  }
  // A few slopes where blocks are several: tiles are 512 wide, or 256, and similarities come in blocks of 256 rows.
  test("VICReg of several tiles", [] { check_definition(vicreg_value, vicreg_loss, random_batches(2, 20, 300, 5), 5000); });
  test("SimCLR of several blocks", [] { check_definition(simclr_value, simclr_loss, random_batches(2, 530, 3, 6), 800); });
}

void directions() {
  test("directions are normals of the seed over their lengths", [] {
    for (const int dim : {1, 2, 5, 64}) {
      const Matrix found = random_directions({7, 9}, 20, dim, Team{3, nullptr});
      for (int64_t i = 0; i < 20; i++) {
        std::vector<double> drawn(static_cast<size_t>(dim + 1));
        normals({7, 9}, static_cast<uint64_t>(i), 0, (dim + 1) / 2, drawn.data());
        long double squares = 0;
        for (int j = 0; j < dim; j++) squares += static_cast<long double>(drawn[static_cast<size_t>(j)]) * drawn[static_cast<size_t>(j)];
        for (int64_t j = 0; j < dim; j++) {
          const double expected = static_cast<double>(drawn[static_cast<size_t>(j)] / std::sqrt(squares));
          CHECK_AT_MOST(std::fabs(found(i, j) - expected), 4 * kEpsilon);
        }
      }
    }
  });
}

void threads() {
  const Matrix sketch = unit_directions(40, 30);
  const std::pair<const char*, Objective> objectives[] = {{"VICReg", vicreg_value},
                                                          {"Barlow Twins", barlow_value},
                                                          {"SimCLR", simclr_value},
                                                          {"LeJEPA", lejepa_value(sketch)}};
  const Batches batches = random_batches(2, 1500, 30, 8);
  for (const auto& [name, objective] : objectives) {
    test(std::string("threads change no bit of ") + name, [&, &objective = objective] {
      const Outcome expected = evaluate(objective, batches, 1);
      for (const int count : {2, 3, 8}) {
        const Outcome found = evaluate(objective, batches, count);
        CHECK(found.loss == expected.loss);
        CHECK(std::equal(found.gradients.data(), found.gradients.data() + found.gradients.size(), expected.gradients.data()));
      }
    });
    test(std::string("cancellation of ") + name, [&, &objective = objective] {
      std::atomic<int32_t> cancelled{1};
      for (const int count : {1, 3}) FAILURE_OF(Status::cancelled, evaluate(objective, batches, count, &cancelled));
    });
    test(std::string("numbers that are not finite in ") + name, [&, &objective = objective] {
      for (const double bad : {static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
        Batches spoilt = copy_of(batches);
        spoilt.row(1, 1234)[7] = bad;
        spoilt.row(1, 1400)[3] = bad;
        const Failure failure = FAILURE_OF(Status::not_finite, evaluate(objective, spoilt, 3));
        CHECK(failure.at == 1500 + 1234 && failure.column == 7);
      }
    });
  }
  test("cancellation amid the work", [] {
    // Work for minutes.
    const Batches many = random_batches(2, 60000, 8, 9);
    std::atomic<int32_t> cancelled{0};
    std::thread canceller([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      cancelled = 1;
    });
    try {
      FAILURE_OF(Status::cancelled, evaluate(simclr_value, many, 2, &cancelled));
    } catch (...) {
      canceller.join();
      throw;
    }
    canceller.join();
  });
}

void failures() {
  test("a row of zeros has no direction", [] {
    Batches batches = random_batches(2, 300, 4, 10);
    std::fill_n(batches.row(1, 270), 4, 0.0);
    const Failure failure = FAILURE_OF(Status::out_of_range, evaluate(simclr_value, batches, 2));
    CHECK(failure.at == 570 && !failure.column);
  });
  test("a column that does not vary has no deviation", [] {
    Batches batches = random_batches(2, 30, 4, 11);
    for (int64_t i = 0; i < 30; i++) batches.row(1, i)[2] = 0.1;
    const Objective bare = [](Batches& each, const Team& team, const Gradients& gradients) {
      return barlow_twins(each, {1, 0.005, 0, 1}, team, gradients).on_diagonal;
    };
    const Failure failure = FAILURE_OF(Status::out_of_range, evaluate(bare, batches, 2));
    CHECK(failure.at == 30 && failure.column == 2);
    CHECK(std::isfinite(evaluate(barlow_value, batches, 2).loss));
  });
  test("what overflows", [] {
    Batches batches = random_batches(2, 30, 4, 12);
    for (int64_t i = 0; i < batches.data.size(); i++) batches.data[i] *= 1e200;
    for (const Objective& objective : {Objective(vicreg_value), Objective(barlow_value)}) {
      const Failure failure = FAILURE_OF(Status::out_of_range, evaluate(objective, batches, 2));
      CHECK(!failure.at);
    }
    CHECK(std::isfinite(evaluate(simclr_value, batches, 2).loss));
  });
}

}  // namespace

int main() {
  const BlasThreads single(1);
  elementary();
  definitions();
  directions();
  threads();
  failures();
  return finish();
}
