// Any rows of any numbers, in any cut, give finite moments, of themselves and of views, or a Failure that names an element, of
// whole numbers the exact ones; noise and encodings of finite rows never crash.
#include "../core/moments/view_gram.h"
#include "../core/tiles/project.h"
#include "../core/views/noise.h"
#include "../core/views/steps.h"
#include "fuzz.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

// One block to a staging area.
constexpr int64_t kSmallArea = 1;

Matrix read(Bytes& bytes, int rows, int cols) {
  Matrix a(rows, cols);
  const bool tame = bytes.byte() % 2 == 0;
  for (int64_t i = 0; i < a.size(); i++) a.data[i] = tame ? std::fmod(bytes.number(), 1e100) : bytes.number();
  const int spoiled = bytes.byte();
  if (a.size() > 0 && spoiled % 4 == 0) a.data[bytes.byte() * a.size() / 256] = spoiled < 128 ? NAN : INFINITY;
  return a;
}

void moments(Bytes& bytes) {
  const int dx = bytes.between(1, 60), dy = bytes.between(0, 5), rows = bytes.between(0, 255);
  const Matrix x = read(bytes, rows, dx), y = read(bytes, rows, dy);
  Gram gram(dx, dy, {}, kSmallArea);
  Matrix sums(gram.width(), gram.width());
  try {
    for (int64_t at = 0; at < rows;) {
      at += gram.fill(x.data.data(), y.data.data(), at, std::min<int64_t>(rows, at + bytes.between(1, 100)));
      if (gram.full()) {
        gram.swap();
        gram.sum(1);
      }
      if (bytes.byte() % 4 == 0) gram.snapshot(bytes.between(1, 4), sums.data.data());
    }
    CHECK(gram.snapshot(2, sums.data.data()) == rows);
    CHECK(all_finite(sums) && all_finite(x) && all_finite(y));
  } catch (const Failure& failure) {
    CHECK(failure.status == Status::not_finite || failure.status == Status::out_of_range);
    CHECK(failure.column && *failure.column >= 0 && *failure.column < dx + dy);
    if (failure.status == Status::out_of_range) return;
    const int64_t i = *failure.at, j = *failure.column;
    CHECK(i >= 0 && i < rows && !std::isfinite(j < dx ? x(i, j) : y(i, j - dx)));
  }
}

// Small whole numbers with others strewn in, such as quarters: nothing is rounded.
void exact_moments(Bytes& bytes) {
  const int d = bytes.between(1, 110), rows = bytes.between(0, 255) + bytes.between(0, 100);
  const int strange = bytes.between(0, 3);
  Matrix x(rows, d);
  for (int64_t i = 0; i < x.size(); i++) x.data[i] = bytes.between(-128, 127) * bytes.between(-16, 15);
  for (int i = 0; i < strange && x.size() > 0; i++) {
    double& element = x.data[(bytes.between(0, 255) * 256 + bytes.byte()) % x.size()];
    element = bytes.between(-100, 100) * (bytes.byte() % 2 == 0 ? 0.25 : 100);
  }
  Gram gram(d, 0, {}, kSmallArea);
  Matrix sums(d + 1, d + 1);
  for (int64_t at = 0; at < rows;) {
    at += gram.fill<double, double>(x.data.data(), nullptr, at, std::min<int64_t>(rows, at + bytes.between(1, 100)));
    if (gram.full()) {
      gram.swap();
      gram.sum(2);
    }
    if (bytes.byte() % 4 == 0) gram.snapshot(1, sums.data.data());
  }
  gram.snapshot(bytes.between(1, 3), sums.data.data());
  for (int64_t i = 0; i < d; i++) {
    const int64_t j = (i * 7 + 3) % d;
    double product = 0, sum = 0;
    for (int64_t r = 0; r < rows; r++) {
      product += x(r, i) * x(r, j);
      sum += x(r, i);
    }
    CHECK(sums(i, j) == product && sums(j, i) == product && sums(i, d) == sum);
  }
}

std::unique_ptr<Step> read_step(Bytes& bytes, int in) {
  std::vector<double> numbers;
  switch (bytes.byte() % 4) {
    case 0:
      for (int j = 0; j < in; j++) numbers.push_back(std::fabs(bytes.number()));
      return make_step("noise", in, numbers);
    case 1:
      numbers = {bytes.between(1, 255) / 255.0, bytes.number()};
      for (int j = 0; j < in; j++) numbers.push_back(bytes.between(0, 9));
      return make_step("mask", in, numbers);
    case 2: {
      const int out = bytes.between(1, 60);
      numbers = {1, static_cast<double>(out), 1};
      for (int i = 0; i < out * in + out; i++) numbers.push_back(i % 3 == 0 ? bytes.number() : 0.5);
      return make_step("affine", in, numbers);
    }
    default: return make_step("identity", in, {});
  }
}

void views(Bytes& bytes) {
  const int dx = bytes.between(1, 60), dy = bytes.between(0, 5), rows = bytes.between(0, 255);
  const Matrix x = read(bytes, rows, dx), y = read(bytes, rows, dy);
  ViewPlan plan;
  plan.step = read_step(bytes, dx);
  plan.width = plan.step->out();
  plan.views = bytes.between(2, 5);
  plan.shifted = plan.width == dx && bytes.byte() % 2 == 0;
  for (double* scale : {&plan.input_scale, &plan.target_scale, &plan.view_scale}) *scale = std::exp2(bytes.between(-128, 127));
  plan.area_bytes = bytes.between(1, 255) * 1024;
  ViewGram gram(dx, dy, plan);
  try {
    for (int64_t at = 0; at < rows;) {
      at += gram.fill(x.data.data(), y.data.data(), nullptr, at, std::min<int64_t>(rows, at + bytes.between(1, 100)));
      if (gram.full()) {
        gram.swap();
        gram.help(bytes.between(1, 3));
        gram.check();
      }
      if (bytes.byte() % 4 == 0) gram.snapshot(bytes.between(1, 3));
    }
    const ViewGram::Sums sums = gram.snapshot(2);
    CHECK(sums.count == rows && all_finite(x) && all_finite(y));
    CHECK(all_finite(sums.inputs) && all_finite(sums.deviations) && all_finite(sums.shifts) && all_finite(sums.cross));
  } catch (const Failure& failure) {
    CHECK(failure.status == Status::not_finite || failure.status == Status::out_of_range);
    if (failure.status == Status::out_of_range) return;
    const int64_t i = *failure.at, j = *failure.column;
    CHECK(i >= 0 && i < rows && !std::isfinite(j < dx ? x(i, j) : y(i, j - dx)));
    CHECK(all_finite(x.data.data(), i * dx) && all_finite(y.data.data(), i * dy));
  }
}

void noise(Bytes& bytes) {
  const int d = bytes.between(1, 70), rows = bytes.between(0, 255), threads = bytes.between(1, 4);
  Matrix x = read(bytes, rows, d);
  const Stream stream{bytes.byte() * 0x0101010101010101u, bytes.byte() * 0x01010101u};
  const Matrix root = read(bytes, bytes.byte() % 2 == 0 ? 1 : d, d);
  const uint64_t first = bytes.byte() * 0x010101010101u;
  if (root.rows == 1) {
    add_diagonal_noise(x, root.data.data(), stream, first, threads);
  } else {
    add_noise(x, root, stream, first, threads);
  }
  project(x, root, threads);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes bytes(data, size);
  switch (bytes.byte() % 6) {
    case 0: moments(bytes); break;
    case 1: exact_moments(bytes); break;
    case 2:
    case 3: views(bytes); break;
    default: noise(bytes);
  }
  return 0;
}
