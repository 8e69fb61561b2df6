// Image augmentations: identities, bounds, the filters against sums in long double, and nothing out of place for pixels
// and parameters that nobody would use. That the numbers are those of the JavaScript backend is its own suite's matter.
#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../core/views/image/colour.h"
#include "../core/views/image/filter.h"
#include "../core/views/image/image.h"
#include "check.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = std::numeric_limits<double>::epsilon();

using Image = std::vector<double>;

struct Call {
  std::string name;
  std::vector<double> parameters;
};

const Call kCrop{"randomResizedCrop", {0.08, 1, 3.0 / 4, 4.0 / 3}};
const Call kFlip{"horizontalFlip", {}};
const Call kJitter{"colorJitter", {0.8, 0.8, 0.8, 0.2}};
const Call kGrayscale{"grayscale", {}};
const Call kBlur{"gaussianBlur", {0.1, 2, 13}};
const Call kSolarize{"solarize", {127.5}};

const ImageShape kShapes[] = {{1, 1, 3, 255},  {1, 1, 1, 1},   {1, 9, 3, 255},   {9, 1, 3, 255},     {2, 2, 3, 255},
                              {7, 5, 3, 255},  {28, 28, 1, 1}, {32, 32, 3, 255}, {224, 224, 3, 255}, {33, 17, 3, 255},
                              {300, 1, 1, 255}};

size_t pixels_of(const ImageShape& shape) { return static_cast<size_t>(shape.size()); }

std::string text(const ImageShape& shape) {
  return std::to_string(shape.width) + "×" + std::to_string(shape.height) + "×" + std::to_string(shape.channels);
}

Image random_image(const ImageShape& shape, uint64_t seed) {
  std::mt19937_64 bits(seed);
  Image image(pixels_of(shape));
  for (double& pixel : image) pixel = shape.white * static_cast<double>(bits() >> 11) * 0x1p-53;
  return image;
}

Image apply(const Call& call, const ImageShape& shape, const Image& image, uint64_t sample = 0) {
  const auto step = make_augmentation(call.name, shape, call.parameters);
  step->enumerate(3);
  const Draw draw{7, sample, 1, 0};
  Image out(image.size(), kNaN);
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

std::vector<Call> calls_for(const ImageShape& shape) {
  if (shape.channels == 3) return {kCrop, kFlip, kJitter, kGrayscale, kBlur, kSolarize};
  return {kCrop, kFlip, {"colorJitter", {0.8, 0.8, 0, 0}}, kBlur, kSolarize};
}

void identities() {
  for (const ImageShape& shape : kShapes) {
    const Image image = random_image(shape, 1), constant(pixels_of(shape), 0.3 * shape.white);
    const double ratio = static_cast<double>(shape.width) / shape.height, rounding = kRounding * shape.white;
    test("identities at " + text(shape), [&] {
      for (uint64_t sample = 0; sample < 20; sample++) {
        CHECK(same_bits(apply({"randomResizedCrop", {1, 1, ratio, ratio}}, shape, image, sample), image));
        CHECK(same_bits(apply(kCrop, shape, constant, sample), constant));
        CHECK(same_bits(apply({"gaussianBlur", {0, 0, 5}}, shape, image, sample), image));
        CHECK_AT_MOST(distance(apply(kBlur, shape, constant, sample), constant), 30 * rounding);
        CHECK(same_bits(apply({"colorJitter", {0, 0, 0, 0}}, shape, image, sample), image));
      }
      CHECK(same_bits(apply(kFlip, shape, apply(kFlip, shape, image)), image));
      CHECK(same_bits(apply({"solarize", {2 * shape.white}}, shape, image), image));
      const Image inverted = apply({"solarize", {0}}, shape, image);
      CHECK_AT_MOST(distance(apply({"solarize", {0}}, shape, inverted), image), rounding);
    });
  }
}

void bounds() {
  for (const ImageShape& shape : kShapes) {
    test("within black and white at " + text(shape), [&] {
      const Image image = random_image(shape, 2);
      for (const Call& call : calls_for(shape)) {
        for (uint64_t sample = 0; sample < 30; sample++) {
          for (const double pixel : apply(call, shape, image, sample)) {
            CHECK(pixel >= -8 * kRounding * shape.white && pixel <= (1 + 8 * kRounding) * shape.white);
          }
        }
      }
    });
  }
}

void independence() {
  for (const ImageShape& shape : kShapes) {
    test("rows do not depend on their batch or thread at " + text(shape), [&] {
      constexpr int64_t kRows = 5;
      Image rows;
      std::vector<Draw> draws;
      for (uint64_t i = 0; i < kRows; i++) {
        const Image image = random_image(shape, 10 + i);
        rows.insert(rows.end(), image.begin(), image.end());
        draws.push_back({7, i, 1, 0});
      }
      for (const Call& call : calls_for(shape)) {
        const auto step = make_augmentation(call.name, shape, call.parameters);
        step->enumerate(3);
        Image expected;
        for (uint64_t i = 0; i < kRows; i++) {
          const Image row = apply(call, shape, random_image(shape, 10 + i), i);
          expected.insert(expected.end(), row.begin(), row.end());
        }
        std::vector<Image> results(3, Image(rows.size(), kNaN));
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
    test("NaN and infinities at " + text(shape), [&] {
      for (const double odd : {kNaN, kInfinity, -kInfinity, 1e308, -1e308, 5e-324}) {
        Image everywhere(pixels_of(shape), odd), once = random_image(shape, 3);
        once[once.size() / 2] = odd;
        for (const Call& call : calls_for(shape)) {
          for (uint64_t sample = 0; sample < 10; sample++) {
            apply(call, shape, everywhere, sample);
            apply(call, shape, once, sample);
          }
        }
        for (const double strength : {0.5, 1e308}) {
          const double colour = shape.channels == 3 ? 1 : 0;
          const Call call{"colorJitter", {strength, strength, strength * colour, 0.5 * colour}};
          for (uint64_t sample = 0; sample < 10; sample++) apply(call, shape, once, sample);
        }
      }
    });
  }
  test("NaN stays in its channel where channels do not mix", [] {
    const ImageShape shape{8, 8, 3, 255};
    Image image = random_image(shape, 4);
    image[70] = kNaN;
    for (const Call& call : {kCrop, kFlip, kBlur, kSolarize}) {
      const Image out = apply(call, shape, image);
      for (size_t i = 0; i < out.size(); i++) CHECK(i / 64 == 1 || std::isfinite(out[i]));
    }
  });
}

void extreme_parameters() {
  const std::vector<Call> calls = {
      {"randomResizedCrop", {1e-300, 1e-300, 1e-300, 1e300}}, {"randomResizedCrop", {1, 1, 1e300, 1e300}},
      {"randomResizedCrop", {1, 1, 1e-300, 1e-300}},          {"randomResizedCrop", {1e-9, 1, 5e-324, 1e308}},
      {"randomResizedCrop", {0.5, 0.5, 7, 7}},                {"gaussianBlur", {1000, 1000, 6001}},
      {"gaussianBlur", {0, 1000, 1}},                         {"gaussianBlur", {5e-324, 1e-200, 9}},
      {"colorJitter", {1e308, 1e308, 0, 0}},                  {"solarize", {0}},
  };
  for (const ImageShape& shape : kShapes) {
    if (shape.size() > 10000) continue;  // the widest kernels would take minutes under the sanitizers
    test("extreme parameters at " + text(shape), [&] {
      const Image image = random_image(shape, 5);
      for (const Call& call : calls) {
        for (uint64_t sample = 0; sample < 5; sample++) {
          for (const double pixel : apply(call, shape, image, sample)) {
            CHECK(std::isnan(pixel) || (pixel >= -1e-9 * shape.white && pixel <= (1 + 1e-9) * shape.white));
          }
        }
      }
    });
  }
  test("a name there is not", [] { CHECK(make_augmentation("fog", {1, 1, 1, 1}, {}) == nullptr); });
}

// A crop of a ramp tells where it was: x and y are pixel indices, at the steps and between the borders of a crop.
void crops() {
  test("crops are within the image, of the right area, stretched evenly", [] {
    const ImageShape shape{40, 30, 1, 255};
    Image across(pixels_of(shape)), down(pixels_of(shape));
    for (size_t i = 0; i < across.size(); i++) {
      across[i] = static_cast<double>(i % 40);
      down[i] = static_cast<double>(i / 40);
    }
    for (uint64_t sample = 0; sample < 500; sample++) {
      const Image x = apply(kCrop, shape, across, sample), y = apply(kCrop, shape, down, sample);
      // Between the two pixels in the middle nothing is clamped.
      const double width = 40 * (x[20] - x[19]), height = 30 * (y[15 * 40] - y[14 * 40]);
      CHECK_AT_MOST(std::fabs(width - std::round(width)), 1e-9);
      CHECK_AT_MOST(std::fabs(height - std::round(height)), 1e-9);
      const double left = x[20] - (20.5 * width / 40 - 0.5), top = y[15 * 40] - (15.5 * height / 30 - 0.5);
      CHECK(left > -1e-9 && left + width < 40 + 1e-9 && top > -1e-9 && top + height < 30 + 1e-9);
      // Shares of 0.08 … 1 and ratios of 3/4 … 4/3, each side rounded to a whole pixel.
      CHECK((width + 0.5) * (height + 0.5) >= 0.08 * 1200 && (width - 0.5) / (height + 0.5) <= 4.0 / 3);
      for (size_t i = 0; i < x.size(); i++) {
        const double position = (static_cast<double>(i % 40) + 0.5) * width / 40 - 0.5;
        CHECK_AT_MOST(std::fabs(x[i] - left - std::clamp(position, 0.0, width - 1)), 1e-9);
      }
    }
  });
}

void blurs() {
  test("a blur is a convolution, mirrored at the borders", [] {
    for (const ImageShape& shape : kShapes) {
      const Image image = random_image(shape, 9);
      Image expected(image.size());
      for (int64_t start = 0; start < shape.size(); start += shape.plane()) {
        convolve(image.data() + start, shape.width, shape.height, gaussian_kernel(1.5, 4), Border::mirror,
                 expected.data() + start);
      }
      CHECK(same_bits(apply({"gaussianBlur", {1.5, 1.5, 9}}, shape, image), expected));
    }
  });
}

// Steps from i towards the plane one at a time.
int64_t fold_by_steps(int64_t i, int64_t n, Border border) {
  while (i < 0 || i >= n) {
    if (border == Border::nearest || n == 1) return i < 0 ? 0 : n - 1;
    const int64_t repeated = border == Border::symmetric ? 1 : 0;
    i = i < 0 ? -i - repeated : 2 * (n - 1) - i + repeated;
  }
  return i;
}

void filters() {
  test("folded indices", [] {
    for (const Border border : {Border::mirror, Border::symmetric, Border::nearest}) {
      for (int64_t n = 1; n < 9; n++) {
        for (int64_t i = -50; i < 50; i++) CHECK(fold(i, n, border) == fold_by_steps(i, n, border));
        for (const int64_t far : {INT64_MIN, INT64_MIN + 1, INT64_MAX, int64_t{1} << 52}) {
          CHECK(fold(far, n, border) >= 0 && fold(far, n, border) < n);
        }
      }
    }
  });
  test("Gaussian kernels", [] {
    for (const double sigma : {0.0, 5e-324, 1e-200, 0.1, 1.0, 30.0, 1e9}) {
      for (const int radius : {0, 1, 7, 300}) {
        const std::vector<double> kernel = gaussian_kernel(sigma, radius);
        CHECK(kernel.size() == 2 * static_cast<size_t>(radius) + 1);
        long double sum = 0;
        for (const double weight : kernel) sum += weight;
        CHECK_AT_MOST(std::fabs(static_cast<double>(sum - 1)), static_cast<double>(kernel.size()) * kRounding);
        CHECK(std::equal(kernel.begin(), kernel.end(), kernel.rbegin()));
      }
    }
    CHECK((gaussian_kernel(0, 1) == std::vector<double>{0, 1, 0}));
    const std::vector<double> kernel = gaussian_kernel(2, 3);
    CHECK_AT_MOST(std::fabs(kernel[0] / kernel[3] - std::exp(-9.0 / 8)), 4 * kRounding);
  });
  for (const Border border : {Border::mirror, Border::symmetric, Border::nearest}) {
    for (const int size : {1, 3, 9, 25}) {
      test("convolution by a kernel of " + std::to_string(size), [&] {
        for (const ImageShape& shape : kShapes) {
          if (shape.plane() > 2000) continue;
          const Image image = random_image(shape, 6);
          std::vector<double> kernel(static_cast<size_t>(size));
          for (size_t k = 0; k < kernel.size(); k++) kernel[k] = 0.1 + static_cast<double>((k * 5) % 7);
          Image out(static_cast<size_t>(shape.plane()), kNaN);
          convolve(image.data(), shape.width, shape.height, kernel, border, out.data());
          const double weight = std::pow(0.1 * size + 3 * size, 2);
          for (int64_t y = 0; y < shape.height; y++) {
            for (int64_t x = 0; x < shape.width; x++) {
              long double sum = 0;
              for (int64_t j = 0; j < size; j++) {
                for (int64_t i = 0; i < size; i++) {
                  const int64_t row = fold(y + j - size / 2, shape.height, border);
                  const int64_t column = fold(x + i - size / 2, shape.width, border);
                  sum += static_cast<long double>(kernel[static_cast<size_t>(i)]) * kernel[static_cast<size_t>(j)] *
                         image[static_cast<size_t>(row * shape.width + column)];
                }
              }
              const double got = out[static_cast<size_t>(y * shape.width + x)];
              CHECK_AT_MOST(std::fabs(got - static_cast<double>(sum)), size * kRounding * weight * shape.white);
            }
          }
        }
      });
    }
  }
  test("bilinear interpolation", [] {
    const double plane[] = {0, 1, 2, 10, 11, 12};
    CHECK(bilinear(plane, 3, 2, 1, 1, Border::nearest) == 11);
    CHECK(bilinear(plane, 3, 2, 0.25, 0.5, Border::nearest) == 5.25);
    CHECK(bilinear(plane, 3, 2, -5, 9, Border::nearest) == 10);
    CHECK(bilinear(plane, 3, 2, 2.5, 0, Border::mirror) == 1.5);
    CHECK(bilinear(plane, 3, 2, 2.5, 0, Border::symmetric) == 2);
    for (const double odd : {kNaN, kInfinity, -kInfinity, 1e300, -0x1p52}) {
      CHECK(std::isnan(bilinear(plane, 3, 2, odd, 0, Border::mirror)));
      CHECK(std::isnan(bilinear(plane, 3, 2, 0, odd, Border::symmetric)));
    }
    for (const Border border : {Border::mirror, Border::symmetric, Border::nearest}) {
      CHECK(std::isfinite(bilinear(plane, 3, 2, 0x1.fffffffffffffp51, -0x1.fffffffffffffp51, border)));
    }
  });
}

void colours() {
  test("every colour comes back from its hue, saturation and value", [] {
    for (int r = 0; r < 256; r += 5) {
      for (int g = 0; g < 256; g += 5) {
        for (int b = 0; b < 256; b += 5) {
          const Hsv hsv = to_hsv(r, g, b);
          CHECK(hsv.h >= 0 && hsv.h < 1 && hsv.s >= 0 && hsv.s <= 1 && hsv.v == std::max({r, g, b}));
          double back[3];
          to_rgb(hsv, back[0], back[1], back[2]);
          CHECK_AT_MOST(distance({back[0], back[1], back[2]}, Image{1.0 * r, 1.0 * g, 1.0 * b}), 8 * kRounding * 255);
        }
      }
    }
    CHECK(to_hsv(0, 100, 0).h == 1.0 / 3);
    CHECK_AT_MOST(std::fabs(luma(1, 1, 1) - 1), kRounding);
  });
  test("another hue has the same largest and least channel", [] {
    const ImageShape shape{20, 20, 3, 255};
    const Image image = random_image(shape, 7);
    for (uint64_t sample = 0; sample < 20; sample++) {
      const Image turned = apply({"colorJitter", {0, 0, 0, 0.5}}, shape, image, sample);
      CHECK(distance(turned, image) > 1);
      for (size_t i = 0; i < 400; i++) {
        const auto before = std::minmax({image[i], image[i + 400], image[i + 800]});
        const auto after = std::minmax({turned[i], turned[i + 400], turned[i + 800]});
        CHECK_AT_MOST(std::fabs(after.first - before.first), 8 * kRounding * 255);
        CHECK_AT_MOST(std::fabs(after.second - before.second), 8 * kRounding * 255);
      }
    }
  });
  test("grey stays grey", [] {
    const ImageShape shape{9, 7, 3, 255};
    Image grey = random_image({9, 7, 1, 255}, 8);
    grey.resize(pixels_of(shape));
    for (size_t i = 63; i < grey.size(); i++) grey[i] = grey[i % 63];
    CHECK_AT_MOST(distance(apply(kGrayscale, shape, grey), grey), 2 * kRounding * 255);
    CHECK_AT_MOST(distance(apply({"colorJitter", {0, 0, 3, 0.5}}, shape, grey), grey), 8 * kRounding * 255);
  });
}

}  // namespace

int main() {
  identities();
  bounds();
  independence();
  pixels_that_are_no_numbers();
  extreme_parameters();
  crops();
  blurs();
  filters();
  colours();
  return finish();
}
