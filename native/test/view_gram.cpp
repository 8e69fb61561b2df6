// Sums over drawn views against their definition in doubles, their promise that no cutting, thread count or snapshot changes a
// bit, that views drawn elsewhere give the same bits as those drawn on the way, and what is said of data and views that are
// not finite or too large.
#include "../core/moments/view_gram.h"

#include "../core/views/steps.h"
#include "check.h"
#include "feed.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

using Numbers = std::vector<double>;
using Sums = ViewGram::Sums;

const Matrix none;

std::shared_ptr<const Step> noise(int d, double deviation) {
  Numbers deviations(static_cast<size_t>(d));
  for (size_t j = 0; j < deviations.size(); j++) deviations[j] = deviation * (1 + static_cast<double>(j % 3));
  return make_step("noise", d, deviations);
}

// Noise of every coordinate, then one of two maps: views of another width than samples, and correlated.
std::shared_ptr<const Step> mixing(int in, int out, double size) {
  const Matrix maps = random_matrix(2, out * in + out, 9);
  Numbers numbers = {2, static_cast<double>(out), 0.3, 1};
  for (int64_t i = 0; i < maps.size(); i++) numbers.push_back(size * maps.data[i]);
  Steps steps;
  steps.push_back(make_step("noise", in, Numbers(static_cast<size_t>(in), 0.2)));
  steps.push_back(make_step("affine", in, numbers));
  auto step = make_sequence(std::move(steps));
  step->enumerate(0);
  return step;
}

// A small area, so that a few samples fill several.
ViewPlan plan_of(std::shared_ptr<const Step> step, int views, int64_t area_samples = 37) {
  ViewPlan plan;
  plan.width = step->out();
  plan.shifted = step->in() == step->out();
  plan.step = std::move(step);
  plan.views = views;
  plan.seed = 5;
  plan.first_sample = 100;
  plan.area_bytes = area_samples * (views - 1) * ((plan.width + kSinglePanel - 1) / kSinglePanel) * kSinglePanel * 4;
  return plan;
}

// The plan's views of each sample, m·d numbers a row.
Matrix draw_all(const ViewPlan& plan, const Matrix& x) {
  Matrix views(x.rows, plan.views * plan.width), copies(plan.views, x.cols);
  for (int64_t i = 0; i < x.rows; i++) {
    std::vector<Draw> draws;
    for (int k = 0; k < plan.views; k++) {
      draws.push_back({plan.seed, plan.first_sample + static_cast<uint64_t>(i), static_cast<uint32_t>(k), 0});
      std::copy_n(x.row(i), x.cols, copies.row(k));
    }
    plan.step->apply(draws.data(), plan.views, copies.data.data(), views.row(i));
  }
  return views;
}

template <class X, class Y>
Sums accumulate(const ViewPlan& plan, const X* x, const Y* y, const double* views, int64_t rows, int dx, int dy,
                const Feed& feed) {
  ViewGram gram(dx, dy, plan);
  Sums sums;
  feed_rows(
      gram, rows, feed, [&](int64_t from, int64_t to) { return gram.fill(x, y, views, from, to); },
      [&](int64_t count) {
        sums = gram.snapshot(feed.threads);
        CHECK(sums.count == count);
      });
  return sums;
}

Sums accumulate(const ViewPlan& plan, const Matrix& x, const Matrix& y, const Feed& feed = {},
                const Matrix& views = none) {
  return accumulate(plan, x.data.data(), y.cols == 0 ? nullptr : y.data.data(), views.data.data(), x.rows, x.cols, y.cols,
                    feed);
}

bool same_bits(const Sums& a, const Sums& b) {
  return a.count == b.count && checks::same_bits(a.inputs, b.inputs) && checks::same_bits(a.deviations, b.deviations) &&
         checks::same_bits(a.shifts, b.shifts) && checks::same_bits(a.cross, b.cross);
}

// By definition, in doubles.
struct Expected {
  Matrix r, deviations, shifts, cross;

  Expected(const ViewPlan& plan, const Matrix& x, const Matrix& y) : r(x.rows, x.cols + y.cols + 1) {
    const int m = plan.views, d = plan.width;
    const Matrix views = draw_all(plan, x);
    Matrix about(x.rows * m, d), e(x.rows, d);
    for (int64_t i = 0; i < x.rows; i++) {
      std::copy_n(x.row(i), x.cols, r.row(i));
      if (y.cols > 0) std::copy_n(y.row(i), y.cols, r.row(i) + x.cols);
      r(i, r.cols - 1) = 1;
      for (int64_t j = 0; j < d; j++) {
        long double mean = 0;
        for (int64_t k = 0; k < m; k++) mean += views(i, k * d + j);
        mean /= m;
        for (int64_t k = 0; k < m; k++) about(i * m + k, j) = static_cast<double>(views(i, k * d + j) - mean);
        e(i, j) = static_cast<double>(plan.shifted ? mean - x(i, j) : mean);
      }
    }
    deviations = product_of(about, about);
    shifts = product_of(e, e);
    cross = product_of(r, e);
  }

  // aᵀ b, in doubles: long ones would take the time of everything else.
  static Matrix product_of(const Matrix& a, const Matrix& b) {
    Matrix c = Matrix::zeros(a.cols, b.cols);
    for (int64_t r = 0; r < a.rows; r++) {
      for (int64_t i = 0; i < a.cols; i++) {
        for (int64_t j = 0; j < b.cols; j++) c(i, j) += a(r, i) * b(r, j);
      }
    }
    return c;
  }
};

// Two numbers are rounded to floats, and up to 256 of their products summed in floats, each time by 2⁻²⁴ at most: these errors
// add up like √256, and what follows in doubles adds nothing.
constexpr double kSingle = 16 * 0x1p-24;

// |error(i, j)| ≤ tolerance · √(a_ii b_jj), the squares of the rows whose products element (i, j) sums.
void check_close(const Matrix& result, const Matrix& expected, const Numbers& a, const Numbers& b, double tolerance) {
  CHECK(result.rows == expected.rows && result.cols == expected.cols);
  for (int64_t i = 0; i < result.rows; i++) {
    for (int64_t j = 0; j < result.cols; j++) {
      const double size = std::sqrt(a[static_cast<size_t>(i)]) * std::sqrt(b[static_cast<size_t>(j)]);
      CHECK_AT_MOST(std::fabs(result(i, j) - expected(i, j)), tolerance * size);
    }
  }
}

Numbers diagonal_of(const Matrix& a) {
  Numbers values;
  for (int64_t i = 0; i < a.rows; i++) values.push_back(a(i, i));
  return values;
}

void check_definition(const ViewPlan& plan, const Matrix& x, const Matrix& y, const Feed& feed = {}) {
  const Sums sums = accumulate(plan, x, y, feed);
  const Expected expected(plan, x, y);
  const Matrix inputs = Expected::product_of(expected.r, expected.r);
  const Numbers r = diagonal_of(inputs), shifts = diagonal_of(expected.shifts), deviations = diagonal_of(expected.deviations);
  check_close(sums.inputs, inputs, r, r, x.rows * kEpsilon);
  check_close(sums.deviations, expected.deviations, deviations, deviations, kSingle);
  check_close(sums.shifts, expected.shifts, shifts, shifts, kSingle);
  check_close(sums.cross, expected.cross, r, shifts, kSingle);
  CHECK(checks::same_bits(sums.deviations, transpose(sums.deviations)));
  CHECK(checks::same_bits(sums.shifts, transpose(sums.shifts)));
}

void definition() {
  // Around panels of 48 and of 24, alone and with targets.
  for (const int d : {1, 2, 23, 24, 25, 46, 47, 48, 49, 95, 96, 97, 145}) {
    test("width " + std::to_string(d), [d] {
      for (const int m : {2, 3, 16}) {
        const int dy = d % 2 == 0 ? 0 : m == 2 ? 1 : 50;
        check_definition(plan_of(noise(d, 0.4), m), random_matrix(90, d, 1), random_matrix(90, dy, 2));
      }
    });
  }
  for (const int d : {1, 24, 48, 50, 100}) {
    test("views of width " + std::to_string(d) + " of samples of width 30", [d] {
      for (const int m : {2, 5}) {
        check_definition(plan_of(mixing(30, d, 1), m), random_matrix(90, 30, 1), random_matrix(90, 20, 2));
      }
    });
  }
  test("numbers of samples around blocks and areas", [] {
    for (const int n : {1, 2, 36, 37, 38, 74, 75, 111, 112}) {
      check_definition(plan_of(noise(9, 1), 16), random_matrix(n, 9, 3), random_matrix(n, 2, 4));
    }
  });
  test("more than a block of samples in one area", [] {
    for (const int n : {255, 256, 257, 700}) {
      check_definition(plan_of(noise(9, 1), 2, 1000), random_matrix(n, 9, 3), random_matrix(n, 2, 4));
    }
  });
  test("more views than are drawn at once", [] {
    // 100 views of 3200 bytes: 96, and the rest.
    check_definition(plan_of(noise(400, 0.3), 100, 3), random_matrix(5, 400, 3), random_matrix(5, 1, 4));
  });
  test("every kernel", [] {
    for (const char* name : machine_kernels()) {
      const UseKernel use(name);
      check_definition(plan_of(noise(60, 0.4), 4), random_matrix(90, 60, 1), random_matrix(90, 3, 2));
    }
  });
  test("views of the size of samples, as shifts and as they are", [] {
    for (const double size : {1e-3, 1e-9, 1.0, 1e6}) {
      ViewPlan plan = plan_of(mixing(40, 40, size), 3);
      plan.shifted = false;
      check_definition(plan, random_matrix(90, 40, 1), random_matrix(90, 3, 2));
    }
  });
}

void cuts() {
  test("the same bits however cut, in many areas", [] {
    const Matrix x = random_matrix(211, 60, 5), y = random_matrix(211, 5, 6);
    const ViewPlan plan = plan_of(noise(60, 0.5), 3);
    const Sums expected = accumulate(plan, x, y);
    for (int threads = 1; threads <= 8; threads++) {
      const uint64_t seed = static_cast<uint64_t>(threads);
      CHECK(same_bits(accumulate(plan, x, y, {threads, seed, threads % 2 == 0, 0, 50}), expected));
      CHECK(same_bits(accumulate(plan, x, y, {threads, seed + 10, threads % 2 == 1, 43, 50}), expected));
    }
    CHECK(same_bits(accumulate(plan, x, y, {1, 0, false, 1}), expected));
  });
  test("the same bits however cut, where the exact sums end an area", [] {
    // 256 rows are an area of theirs, whose views would be many more.
    const Matrix x = random_matrix(600, 200, 5), y = random_matrix(600, 13, 6);
    const ViewPlan plan = plan_of(noise(200, 0.5), 2, 1000);
    const Sums expected = accumulate(plan, x, y);
    CHECK(checks::same_bits(expected.inputs, checks::accumulate(x, y, {})));
    CHECK(same_bits(accumulate(plan, x, y, {3, 1, true, 0}), expected));
    CHECK(same_bits(accumulate(plan, x, y, {2, 2, true, 250}), expected));
    const ViewPlan short_areas = plan_of(noise(200, 0.5), 2);
    CHECK(checks::same_bits(accumulate(short_areas, x, y, {2, 1, true, 0}).inputs, expected.inputs));
  });
  test("an area is as long as its numbers are many", [] {
    const auto rows_of_area = [](int dx, const ViewPlan& plan) {
      ViewGram gram(dx, 0, plan);
      const Matrix x = Matrix::zeros(1000, dx);
      const int64_t rows = gram.fill<double, double>(x.data.data(), nullptr, nullptr, 0, 1000);
      CHECK(gram.full() == (rows < 1000));
      return rows;
    };
    ViewPlan plan = plan_of(noise(49, 1), 512);
    plan.area_bytes = ViewPlan().area_bytes;
    CHECK(rows_of_area(49, plan) == 2 * Gram::kAreaBytes / (511 * 96 * 4));
    CHECK(rows_of_area(49, plan_of(noise(49, 1), 5, 0)) == 1);
  });
  test("a snapshot is what its rows alone would give", [] {
    const Matrix x = random_matrix(120, 20, 5), y = random_matrix(120, 2, 6);
    const ViewPlan plan = plan_of(noise(20, 0.5), 3);
    ViewGram gram(20, 2, plan);
    int64_t at = 0;
    for (const int rows : {0, 1, 36, 37, 38, 74, 100, 120}) {
      while (at < rows) {
        at += gram.fill(x.data.data(), y.data.data(), nullptr, at, rows);
        if (!gram.full()) continue;
        gram.swap();
        gram.help(2);
        gram.check();
      }
      Matrix first_x(rows, 20), first_y(rows, 2);
      std::copy_n(x.data.data(), first_x.size(), first_x.data.data());
      std::copy_n(y.data.data(), first_y.size(), first_y.data.data());
      CHECK(same_bits(gram.snapshot(2), accumulate(plan, first_x, first_y)));
    }
  });
  test("nothing", [] {
    ViewGram gram(3, 2, plan_of(mixing(3, 4, 1), 2));
    const Sums sums = gram.snapshot(2);
    CHECK(sums.count == 0 && size_of(sums.inputs) == 0 && size_of(sums.deviations) == 0);
    CHECK(sums.inputs.rows == 6 && sums.deviations.rows == 4 && sums.shifts.cols == 4);
    CHECK(sums.cross.rows == 6 && sums.cross.cols == 4 && size_of(sums.cross) == 0 && size_of(sums.shifts) == 0);
  });
  test("float32 on either side is float64 of the same values", [] {
    const Matrix x = random_matrix(90, 7, 5), y = random_matrix(90, 3, 6);
    const std::vector<float> xf(x.data.data(), x.data.data() + x.size()), yf(y.data.data(), y.data.data() + y.size());
    const std::vector<double> xd(xf.begin(), xf.end()), yd(yf.begin(), yf.end());
    const ViewPlan plan = plan_of(noise(7, 0.5), 3);
    const auto sums = [&](const auto& xs, const auto& ys) {
      return accumulate(plan, xs.data(), ys.data(), nullptr, 90, 7, 3, {});
    };
    const Sums expected = sums(xd, yd);
    CHECK(same_bits(sums(xf, yf), expected) && same_bits(sums(xf, yd), expected) && same_bits(sums(xd, yf), expected));
  });
}

void given() {
  for (const int d : {20, 50}) {
    test("views drawn elsewhere, " + std::to_string(d) + " wide, give the same bits", [d] {
      const Matrix x = random_matrix(150, 20, 5), y = random_matrix(150, 2, 6);
      const ViewPlan drawn = plan_of(d == 20 ? noise(d, 0.5) : mixing(20, d, 1), 3);
      const Matrix views = draw_all(drawn, x);
      ViewPlan plan = drawn;
      plan.step = nullptr;
      const Sums expected = accumulate(drawn, x, y);
      CHECK(same_bits(accumulate(plan, x, y, {}, views), expected));
      CHECK(same_bits(accumulate(plan, x, y, {3, 4, true, 30, 50}, views), expected));
      CHECK(ViewGram(20, 2, plan).given() == 3 * d && ViewGram(20, 2, drawn).given() == 0);
    });
  }
  test("many views a sample, which are drawn in several lots", [] {
    const Matrix x = random_matrix(5, 400, 5);
    const ViewPlan drawn = plan_of(noise(400, 0.5), 100, 3);
    ViewPlan plan = drawn;
    plan.step = nullptr;
    CHECK(same_bits(accumulate(plan, x, Matrix(), {2}, draw_all(drawn, x)), accumulate(drawn, x, Matrix())));
  });
  test("a shard goes on in the random stream where the one before ended", [] {
    const Matrix x = random_matrix(120, 20, 5), y = random_matrix(120, 2, 6);
    for (const uint64_t first : {uint64_t{0}, (uint64_t{1} << 32) - 50, uint64_t{1} << 52}) {
      ViewPlan whole = plan_of(noise(20, 0.5), 3);
      whole.first_sample = first;
      const Matrix views = draw_all(whole, x);
      Matrix later_x(70, 20), later_y(70, 2), later_views(70, 60);
      std::copy_n(x.row(50), later_x.size(), later_x.data.data());
      std::copy_n(y.row(50), later_y.size(), later_y.data.data());
      std::copy_n(views.row(50), later_views.size(), later_views.data.data());
      ViewPlan shard = whole, of_given = whole;
      shard.first_sample = first + 50;
      of_given.step = nullptr;
      CHECK(same_bits(accumulate(shard, later_x, later_y), accumulate(of_given, later_x, later_y, {}, later_views)));
      CHECK(!same_bits(accumulate(whole, later_x, later_y), accumulate(shard, later_x, later_y)));
    }
  });
}

void scales() {
  const Matrix x = random_matrix(90, 40, 1), y = random_matrix(90, 3, 2);
  test("no bit depends on the scales", [&] {
    const Sums expected = accumulate(plan_of(noise(40, 0.5), 3), x, y);
    for (const double scale : {0x1p-40, 0x1p-3, 2.0, 0x1p40}) {
      for (int which = 0; which < 3; which++) {
        ViewPlan plan = plan_of(noise(40, 0.5), 3);
        (which == 0 ? plan.input_scale : which == 1 ? plan.target_scale : plan.view_scale) = scale;
        CHECK(same_bits(accumulate(plan, x, y), expected));
      }
    }
  });
  test("numbers of any size, with scales that fit", [&] {
    for (const double size : {0x1p-480, 1e-100, 1e-20, 1e20, 1e100, 0x1p480}) {
      ViewPlan plan = plan_of(noise(40, 0.5 * size), 3);
      plan.input_scale = plan.view_scale = std::exp2(-std::round(std::log2(size)));
      check_definition(plan, times(x, size), y);
      // Targets by themselves; the views beside them have the size of the samples.
      plan = plan_of(noise(40, 0.5), 3);
      plan.target_scale = std::exp2(-std::round(std::log2(size)));
      check_definition(plan, x, times(y, size));
    }
  });
}

struct Spot {
  int row, column;
};

// What is thrown where these rows are fed.
Failure failure_at(Status status, const ViewPlan& plan, const Matrix& x, const Matrix& y, const Feed& feed,
                   const Matrix& views = none) {
  return FAILURE_OF(status, accumulate(plan, x, y, feed, views));
}

void not_finite() {
  const Matrix clean_x = random_matrix(120, 20, 5), clean_y = random_matrix(120, 3, 6);
  test("the first input that is not finite is named, wherever it is", [&] {
    ViewPlan drawn = plan_of(noise(20, 0.5), 3);
    ViewPlan of_given = drawn;
    of_given.step = nullptr;
    const Matrix views = draw_all(drawn, clean_x);
    // In the first area of 37, the second, and the one that only the snapshot sees; in samples and in targets.
    for (const Spot& spot : {Spot{0, 0}, Spot{36, 22}, Spot{37, 19}, Spot{60, 20}, Spot{111, 0}, Spot{119, 21}}) {
      for (const double value : {static_cast<double>(NAN), HUGE_VAL, -HUGE_VAL}) {
        Matrix x = clean_x.clone(), y = clean_y.clone();
        const auto put = [&](int64_t row, int64_t column, double what) {
          if (row < 120) (column < 20 ? x(row, column) : y(row, column - 20)) = what;
        };
        put(spot.row, spot.column, value);
        // Later in reading order, in earlier columns.
        for (int row = spot.row + 1; row < spot.row + 15; row++) put(row, 0, HUGE_VAL);
        for (const Feed& feed : {Feed{}, Feed{4}, Feed{3, 1, false, 10, 20}}) {
          for (const bool is_given : {false, true}) {
            const ViewPlan& plan = is_given ? of_given : drawn;
            const Failure failure = failure_at(Status::not_finite, plan, x, y, feed, is_given ? views : none);
            CHECK(failure.at == spot.row && failure.column == spot.column);
            CHECK(std::isnan(value) ? std::isnan(*failure.value) : *failure.value == value);
          }
        }
      }
    }
  });
  test("the first of several, each drawn by itself", [] {
    const Matrix clean = random_matrix(20, 200, 5);
    for (const int first : {0, 7, 11, 17}) {
      Matrix x = clean.clone();
      for (int row = first; row < 20; row += 2) x(row, 3) = NAN;
      for (const int threads : {1, 4}) {
        // 320 KB of views.
        const Failure failure = failure_at(Status::not_finite, plan_of(noise(200, 0.5), 200, 8), x, none, {threads});
        CHECK(failure.at == first);
      }
    }
  });
  test("after a failure come failures", [&] {
    Matrix x = clean_x.clone();
    x(30, 5) = NAN;
    ViewGram gram(20, 3, plan_of(noise(20, 0.5), 3));
    int64_t at = gram.fill(x.data.data(), clean_y.data.data(), nullptr, 0, 120);
    gram.swap();
    // Fewer rows than the one that failed has.
    gram.fill(x.data.data(), clean_y.data.data(), nullptr, at, at + 2);
    gram.help(2);
    FAILURE_OF(Status::not_finite, gram.check());
    FAILURE_OF(Status::not_finite, gram.snapshot(2));
    FAILURE_OF(Status::not_finite, gram.check());
  });
  test("targets without samples to blame, and nothing but ones, are finite", [&] {
    check_definition(plan_of(noise(1, 0), 2), Matrix::zeros(5, 1), Matrix::zeros(5, 1));
  });
}

// Copies; but of one sample, the views have these last numbers, or fail where that is NaN.
class Trap : public RowStep {
 public:
  Trap(int in, uint64_t sample, Numbers last) : RowStep(in, in), sample_(sample), last_(std::move(last)) {}

 protected:
  void apply_row(const Draw& draw, const double* x, double* y) const override {
    std::copy_n(x, in(), y);
    if (draw.sample != sample_) return;
    y[in() - 1] = last_[draw.view];
    if (std::isnan(y[in() - 1])) throw Failure(Status::out_of_memory);
  }

 private:
  uint64_t sample_;
  Numbers last_;
};

void too_large() {
  const Matrix x = random_matrix(120, 20, 5), y = random_matrix(120, 3, 6);
  test("views that are not finite, or whose squares are none as floats", [&] {
    // One view of three, all alike, and such as cancel: only shifts or only deviations are large then.
    const Numbers cases[] = {{0, HUGE_VAL, 0}, {-HUGE_VAL, 0, 0}, {0, 0, 1e300}, {1e30, 0, 0}, {1e30, 1e30, 1e30},
                             {1e30, -1e30, 0}};
    for (const Numbers& last : cases) {
      for (const uint64_t sample : {100, 130, 219}) {
        const ViewPlan plan = plan_of(std::make_shared<Trap>(20, sample, last), 3);
        for (const Feed& feed : {Feed{}, Feed{4}, Feed{2, 1, false, 10, 20}}) {
          const Failure failure = failure_at(Status::out_of_range, plan, x, y, feed);
          CHECK(!failure.at && !failure.column);
        }
      }
    }
  });
  test("views that fit floats as they are scaled, but not doubles as they are", [&] {
    for (const Numbers& last : {Numbers{1e200, 1e200, 1e200}, Numbers{1e200, -1e200, 0}}) {
      ViewPlan plan = plan_of(std::make_shared<Trap>(20, 110, last), 3);
      plan.view_scale = 0x1p-665;
      failure_at(Status::out_of_range, plan, x, y, {});
    }
  });
  test("views given as NaN", [&] {
    ViewPlan plan = plan_of(noise(20, 0.5), 3);
    Matrix views = draw_all(plan, x);
    plan.step = nullptr;
    for (const int64_t column : {0, 59}) {
      Matrix spoiled = views.clone();
      spoiled(70, column) = NAN;
      failure_at(Status::out_of_range, plan, x, y, {}, spoiled);
    }
  });
  test("a sample or a target that is no float beside views that are", [&] {
    // Its coordinate has no noise, so that its shift is 0.
    Numbers deviations(20, 0.5);
    deviations[4] = 0;
    const ViewPlan plan = plan_of(make_step("noise", 20, deviations), 3);
    for (const int64_t row : {0, 50, 119}) {
      Matrix large_x = x.clone(), large_y = y.clone();
      large_x(row, 4) = 1e39;
      large_y(row, 1) = 1e39;
      failure_at(Status::out_of_range, plan, large_x, y, {});
      failure_at(Status::out_of_range, plan, x, large_y, {});
    }
  });
  test("samples whose squares overflow name the column", [&] {
    Matrix large = x.clone();
    large(50, 7) = 1e155;
    ViewPlan plan = plan_of(noise(20, 0.5), 3);
    plan.input_scale = plan.view_scale = 0x1p-515;
    CHECK(failure_at(Status::out_of_range, plan, large, y, {}).column == 7);
  });
  test("a step that fails", [&] {
    for (const uint64_t sample : {100, 130, 219}) {
      const ViewPlan plan = plan_of(std::make_shared<Trap>(20, sample, Numbers{0, NAN, 0}), 3);
      for (const Feed& feed : {Feed{}, Feed{4}, Feed{2, 1, false, 10, 20}}) {
        failure_at(Status::out_of_memory, plan, x, y, feed);
      }
    }
  });
  test("memory for as many rows as are held, however narrow their views are", [] {
    const ViewPlan plan = [] {
      ViewPlan narrow = plan_of(mixing(2000, 1, 1), 2);
      narrow.area_bytes = ViewPlan().area_bytes;
      return narrow;
    }();
    // Half of XᵀX and its panels, and the areas.
    CHECK_AT_MOST(static_cast<double>(ViewGram(2000, 0, plan).bytes()), 20e6 + 100e6);
  });
}

}  // namespace

int main() {
  definition();
  cuts();
  given();
  scales();
  not_finite();
  too_large();
  return finish();
}
