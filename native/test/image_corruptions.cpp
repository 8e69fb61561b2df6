// Image corruptions: identities, bounds, Poisson numbers and weighted sums against long double, and nothing out of place for
// pixels and parameters that nobody would use. That the numbers are those of the JavaScript backend is its own suite's matter.
#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../core/views/image/image.h"
#include "../core/views/image/plasma.h"
#include "../core/views/image/poisson.h"
#include "../core/views/image/warp.h"
#include "../core/views/image/weigh.h"
#include "check.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = std::numeric_limits<double>::epsilon();
constexpr double kUnwritten = -777;

using Image = std::vector<double>;

struct Call {
  std::string name;
  std::vector<double> parameters;
};

const ImageShape kShapes[] = {{1, 1, 3, 255},  {1, 1, 1, 1},   {1, 9, 3, 255},   {9, 1, 3, 255},     {2, 2, 3, 255},
                              {7, 5, 3, 255},  {28, 28, 1, 1}, {32, 32, 3, 255}, {224, 224, 3, 255}, {33, 17, 3, 255},
                              {300, 1, 1, 255}};

size_t pixels_of(const ImageShape& shape) { return static_cast<size_t>(shape.size()); }

std::string text(const ImageShape& shape) {
  return std::to_string(shape.width) + "×" + std::to_string(shape.height) + "×" + std::to_string(shape.channels);
}

Image random_image(const ImageShape& shape, uint64_t seed, double from = 0, double to = 1) {
  std::mt19937_64 bits(seed);
  Image image(pixels_of(shape));
  for (double& pixel : image) pixel = shape.white * (from + (to - from) * static_cast<double>(bits() >> 11) * 0x1p-53);
  return image;
}

Image apply(const Call& call, const ImageShape& shape, const Image& image, uint64_t sample = 0) {
  const auto step = make_corruption(call.name, shape, call.parameters);
  step->enumerate(3);
  const Draw draw{7, sample, 1, 0};
  Image out(image.size(), kUnwritten);
  step->apply(&draw, 1, image.data(), out.data());
  return out;
}

bool same_bits(const Image& a, const Image& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

double distance(const Image& a, const Image& b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); i++) {
    const double error = std::fabs(a[i] - b[i]);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

// Numbers by themselves: what one pixel is does not depend on the others.
std::vector<Call> pointwise(const ImageShape& shape) {
  std::vector<Call> calls = {{"gaussianNoise", {0.1 * shape.white, 1}},
                             {"shotNoise", {60}},
                             {"shotNoise", {500}},
                             {"impulseNoise", {0.27}},
                             {"speckleNoise", {0.6}},
                             {"brightness", {0.3 * shape.white}}};
  if (shape.channels == 3) calls.push_back({"saturate", {20, 0.2}});
  return calls;
}

std::vector<Call> blurs(const ImageShape& shape) {
  const double side = std::min(shape.width, shape.height);
  return {{"pixelate", {std::max(1.0, std::floor(0.4 * shape.width)), std::max(1.0, std::floor(0.6 * shape.height))}},
          {"zoomBlur", {1, 1.03, 1.06, 1.25, 1.3}},
          {"defocusBlur", {10, 0.5}},
          {"defocusBlur", {1.5, 0.1}},
          {"motionBlur", {20, 15}},
          {"contrast", {0.15}},
          {"elastic", {0, 0, 0.08 * side}},
          {"elastic", {2 * side, 0.7 * side, 0.1 * side}},
          {"elastic", {0.1 * side, 0.03 * side, 0.2 * side}}};
}

std::vector<Call> calls_for(const ImageShape& shape) {
  std::vector<Call> calls = pointwise(shape);
  for (const Call& call : blurs(shape)) calls.push_back(call);
  calls.push_back({"fog", {0.75 * shape.white, 2.5}});
  return calls;
}

void identities() {
  for (const ImageShape& shape : kShapes) {
    const Image image = random_image(shape, 1), constant(pixels_of(shape), 0.3 * shape.white);
    const double rounding = kRounding * shape.white;
    test("identities at " + text(shape), [&] {
      CHECK(same_bits(apply({"gaussianNoise", {0, 0}}, shape, image), image));
      CHECK(same_bits(apply({"speckleNoise", {0}}, shape, image), image));
      CHECK(same_bits(apply({"impulseNoise", {0}}, shape, image), image));
      CHECK(same_bits(apply({"pixelate", {1.0 * shape.width, 1.0 * shape.height}}, shape, image), image));
      CHECK(same_bits(apply({"zoomBlur", {1}}, shape, image), image));
      CHECK(same_bits(apply({"defocusBlur", {0.3, 0}}, shape, image), image));
      CHECK(same_bits(apply({"motionBlur", {0, 1}}, shape, image), image));
      CHECK_AT_MOST(distance(apply({"contrast", {1}}, shape, image), image), 4 * rounding);
      CHECK_AT_MOST(distance(apply({"brightness", {0}}, shape, image), image), 4 * rounding);
      CHECK_AT_MOST(distance(apply({"elastic", {0, 0, 0}}, shape, image), image), 2000 * rounding);
      CHECK_AT_MOST(distance(apply({"fog", {0, 2}}, shape, image), image), rounding);
      if (shape.channels == 3) CHECK_AT_MOST(distance(apply({"saturate", {1, 0}}, shape, image), image), 4 * rounding);
    });
    test("blurs keep a constant image at " + text(shape), [&] {
      for (const Call& call : blurs(shape)) {
        for (uint64_t sample = 0; sample < 5; sample++) {
          // Sums of some hundred weights, and of a hundred thousand pixels for the mean.
          CHECK_AT_MOST(distance(apply(call, shape, constant, sample), constant), 1000 * rounding);
        }
      }
    });
  }
}

void bounds() {
  for (const ImageShape& shape : kShapes) {
    test("within black and white at " + text(shape), [&] {
      const Image image = random_image(shape, 2), beyond = random_image(shape, 3, -1, 2);
      for (const Call& call : calls_for(shape)) {
        for (uint64_t sample = 0; sample < 6; sample++) {
          for (const double pixel : apply(call, shape, sample % 2 == 0 ? image : beyond, sample)) {
            CHECK(pixel >= 0 && pixel <= shape.white);
          }
        }
      }
    });
  }
}

void independence() {
  for (const ImageShape& shape : kShapes) {
    test("rows do not depend on their batch or thread at " + text(shape), [&] {
      constexpr int64_t kRows = 3;
      Image rows;
      std::vector<Draw> draws;
      for (uint64_t i = 0; i < kRows; i++) {
        const Image image = random_image(shape, 10 + i);
        rows.insert(rows.end(), image.begin(), image.end());
        draws.push_back({7, i, 1, 0});
      }
      for (const Call& call : calls_for(shape)) {
        const auto step = make_corruption(call.name, shape, call.parameters);
        step->enumerate(3);
        Image expected;
        for (uint64_t i = 0; i < kRows; i++) {
          const Image row = apply(call, shape, random_image(shape, 10 + i), i);
          expected.insert(expected.end(), row.begin(), row.end());
        }
        std::vector<Image> results(3, Image(rows.size(), kUnwritten));
        std::vector<std::thread> threads;
        for (Image& result : results) {
          threads.emplace_back([&] { step->apply(draws.data(), kRows, rows.data(), result.data()); });
        }
        for (std::thread& thread : threads) thread.join();
        for (const Image& result : results) CHECK(same_bits(result, expected));
      }
    });
  }
}

void pixels_that_are_no_numbers() {
  for (const ImageShape& shape : kShapes) {
    test("pixels that are no numbers at " + text(shape), [&] {
      const Image clean = random_image(shape, 4);
      for (const double pixel : {kNaN, kInfinity, -kInfinity, 1e300, -1e300, 5e-324, -0.0}) {
        Image image = clean;
        for (size_t i = 0; i < image.size(); i += 1 + image.size() / 3) image[i] = pixel;
        for (const Call& call : calls_for(shape)) {
          for (const double result : apply(call, shape, image)) {
            CHECK(std::isnan(result) || (result >= 0 && result <= shape.white));
          }
        }
        for (const Call& call : pointwise(shape)) {
          const Image before = apply(call, shape, clean), after = apply(call, shape, image);
          for (size_t i = 0; i < image.size(); i++) {
            bool touched = false;
            for (size_t at = i % static_cast<size_t>(shape.plane()); at < image.size();
                 at += static_cast<size_t>(shape.plane())) {
              touched = touched || !(image[at] == clean[at]);
            }
            CHECK(touched || before[i] == after[i]);
          }
        }
      }
    });
  }
}

void parameters_that_nobody_would_use() {
  const std::vector<Call> calls = {{"gaussianNoise", {1e300, 0}},
                                   {"gaussianNoise", {1e300, 1}},
                                   {"speckleNoise", {1e300}},
                                   {"impulseNoise", {1}},
                                   {"shotNoise", {1e-3}},
                                   {"shotNoise", {20000}},
                                   {"pixelate", {1, 1}},
                                   {"zoomBlur", {1.7, 2, 3.5, 1000}},
                                   {"defocusBlur", {25.5, 3}},
                                   {"motionBlur", {100, 1e-3}},
                                   {"motionBlur", {100, 1e9}},
                                   {"fog", {1e300, 1e-3}},
                                   {"fog", {1, 1e300}},
                                   {"contrast", {1e300}},
                                   {"brightness", {-1e300}},
                                   {"brightness", {1e300}},
                                   {"elastic", {1e300, 1, 1}},
                                   {"elastic", {1e12, 0, 1e12}},
                                   {"elastic", {1, 50, 1e300}}};
  for (const ImageShape& shape : kShapes) {
    test("parameters that nobody would use at " + text(shape), [&] {
      const Image image = random_image(shape, 5);
      for (const Call& call : calls) {
        for (uint64_t sample = 0; sample < 3; sample++) {
          const Image result = apply(call, shape, image, sample);
          CHECK(std::none_of(result.begin(), result.end(), [](double pixel) { return pixel == kUnwritten; }));
        }
      }
    });
  }
  test("there is no corruption of another name", [] { CHECK(make_corruption("jpeg", kShapes[0], {1}) == nullptr); });
}

// How far below and above u the cumulated probabilities before n and with n are, numbers taken in the order m, m + 1, m − 1, …
void check_poisson(double rate, double u, double found) {
  const auto m = static_cast<int64_t>(rate), n = static_cast<int64_t>(found);
  const auto probability = [&](int64_t k) -> long double {
    if (k < 0) return 0;
    const long double log_rate = rate > 0 ? std::log(static_cast<long double>(rate)) : 0;
    if (rate == 0) return k == 0 ? 1 : 0;
    return std::exp(static_cast<long double>(k) * log_rate - rate - std::lgamma(static_cast<long double>(k + 1)));
  };
  long double before = n == m ? 0 : probability(m);
  for (int64_t distance = 1; distance < std::abs(n - m); distance++) {
    before += probability(m + distance) + probability(m - distance);
  }
  if (n < m) before += probability(m + (m - n));
  CHECK(n >= 0);
  CHECK_AT_MOST(static_cast<double>(before - u), 1e-13);
  CHECK_AT_MOST(static_cast<double>(u - before - probability(n)), 1e-13);
}

void poisson() {
  const Poisson numbers(500);
  test("Poisson numbers are those that the uniform stands for", [&] {
    std::mt19937_64 bits(6);
    for (int i = 0; i < 20000; i++) {
      const double unit = static_cast<double>(bits() >> 11) * 0x1p-53;
      const double rate = i % 3 == 0 ? 500 * unit : i % 3 == 1 ? 5 * unit : std::floor(501 * unit);
      const double u = i % 7 == 0 ? std::ldexp(1, -i % 60) : static_cast<double>(bits() >> 11) * 0x1p-53;
      if (u >= 1) continue;
      double found;
      numbers.invert(&rate, &u, 1, &found);
      check_poisson(rate, u, found);
    }
  });
  test("Poisson numbers at the ends", [&] {
    const double rates[] = {0, 0, 5e-324, 500, 500, 0.999, 1, kNaN, -1};
    const double us[] = {0, 1 - 0x1p-53, 1 - 0x1p-53, 1 - 0x1p-53, 0, 1 - 0x1p-53, 1 - 0x1p-53, 0.5, 0.5};
    double found[9];
    numbers.invert(rates, us, 9, found);
    CHECK(found[0] == 0 && found[1] == 0 && found[2] == 0 && found[4] == 500);
    CHECK(found[3] >= 0 && found[3] < 750 && found[5] >= 0 && found[5] < 30 && found[6] >= 0 && found[6] < 30);
    CHECK(std::isnan(found[7]) && found[8] == 0);
  });
}

void weighted_sums() {
  test("weighted sums of every width are right", [] {
    std::mt19937_64 bits(8);
    const auto random = [&] { return static_cast<double>(static_cast<int64_t>(bits())) * 0x1p-63; };
    for (int64_t width = 0; width < 100; width++) {
      for (const int64_t count : {0, 1, 2, 17}) {
        std::vector<double> values(static_cast<size_t>(width + count + 1)), weights(static_cast<size_t>(count));
        for (double& value : values) value = random();
        for (double& weight : weights) weight = random();
        std::vector<const double*> taps;
        for (int64_t k = 0; k < count; k++) taps.push_back(values.data() + k);
        std::vector<double> out(static_cast<size_t>(width) + 1, kUnwritten);
        weigh(taps.data(), weights.data(), count, width, out.data());
        for (int64_t x = 0; x < width; x++) {
          long double sum = 0;
          for (size_t k = 0; k < taps.size(); k++) sum += static_cast<long double>(weights[k]) * taps[k][x];
          CHECK_AT_MOST(std::fabs(out[static_cast<size_t>(x)] - static_cast<double>(sum)), 20 * kRounding);
        }
        CHECK(out.back() == kUnwritten);
      }
    }
  });
}

void warps() {
  test("a warp reads what bilinear() reads, wherever that is", [] {
    const ImageShape shape{7, 5, 1, 1};
    const Image image = random_image(shape, 9);
    const double places[] = {0, 0.25, 3.5, 4, 6, 6.75, -0.5, -9.25, 1e9, -1e15, 1e16, kInfinity, kNaN};
    for (const Border border : {Border::mirror, Border::symmetric, Border::nearest}) {
      for (const double x : places) {
        for (const double y : places) {
          Warp warp(7, 5, border);
          for (int64_t i = 0; i < 35; i++) warp.set(i, x, y);
          Image out(35, kUnwritten);
          warp.apply(image.data(), out.data());
          const double expected = bilinear(image.data(), 7, 5, x, y, border);
          for (const double pixel : out) CHECK(std::isnan(expected) ? std::isnan(pixel) : pixel == expected);
        }
      }
    }
  });
}

void fractals() {
  test("plasma fractals reach from 0 to 1", [] {
    for (int64_t side = 2; side <= 512; side *= 2) {
      Image map(static_cast<size_t>(side * side), kUnwritten);
      eigenview::plasma({1, 2, 3, 4}, side, 1.75, map.data());
      CHECK(*std::min_element(map.begin(), map.end()) == 0 && *std::max_element(map.begin(), map.end()) == 1);
    }
    double one = kUnwritten;
    eigenview::plasma({1, 2, 3, 4}, 1, 1.75, &one);
    CHECK(one == 0);
  });
}

}  // namespace

int main() {
  identities();
  bounds();
  independence();
  pixels_that_are_no_numbers();
  parameters_that_nobody_would_use();
  poisson();
  weighted_sums();
  warps();
  fractals();
  return finish();
}
