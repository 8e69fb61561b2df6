// Random numbers of views against their definition (draw.h): Philox word by word, uniforms and Box–Muller in doubles, at the
// words where the single-precision logarithm, sine and cosine have their seams, and the same however they are asked for.
#include "../core/views/draw.h"

#include "../core/random.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

// High words, the largest view, the last step.
const Draw kDraws[] = {
    {0, 0, 0, 0},
    {7, 3, 1, 2},
    {0x123456789abcdef0u, 0xfedcba9876543210u, 0xffffffffu, 255},
    {(uint64_t{1} << 53) - 1, uint64_t{1} << 32, 0x7fffffffu, 128},
};

uint32_t word(const Draw& draw, int64_t i) {
  const uint32_t key[2] = {static_cast<uint32_t>(draw.seed), static_cast<uint32_t>(draw.seed >> 32)};
  const uint32_t counter[4] = {(draw.step << 24) + static_cast<uint32_t>(i / 4), static_cast<uint32_t>(draw.sample),
                               static_cast<uint32_t>(draw.sample >> 32), draw.view};
  uint32_t block[4];
  philox(key, counter, block);
  return block[i % 4];
}

double box_muller(uint32_t radial, uint32_t angular, bool odd) {
  const double radius = std::sqrt(-2 * std::log((radial + 1.0) * 0x1p-32));
  const double angle = 2 * std::acos(-1.0) * (angular * 0x1p-32);
  return radius * (odd ? std::sin(angle) : std::cos(angle));
}

double normal(const Draw& draw, int64_t i) {
  return box_muller(word(draw, i - i % 2), word(draw, i - i % 2 + 1), i % 2 == 1);
}

// What single precision leaves of the radius, up to 6.7, and of the angle: draw.h promises 1e-6.
constexpr double kTolerance = 1e-6;

// Around whole lots of numbers, which are made together, and around blocks.
constexpr int64_t kCounts[] = {0, 1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 131, 256, 1000};

// The last words of a step among them.
constexpr int64_t kFirsts[] = {0, 4, 124, 128, 1000, kWordsPerStep - 1000};

void definition() {
  for (const Draw& draw : kDraws) {
    test("step " + std::to_string(draw.step) + " by definition", [&] {
      for (const int64_t first : kFirsts) {
        for (const int64_t count : kCounts) {
          const auto size = static_cast<size_t>(count);
          // What must not be written: words come in fours, the others one by one.
          std::vector<uint32_t> w((size + 3) / 4 * 4 + 1, 17);
          std::vector<double> u(size + 1, -3);
          std::vector<float> g(size + 1, -9);
          words(draw, first, count, w.data());
          uniforms(draw, first, count, u.data());
          normals(draw, first, count, g.data());
          CHECK(w.back() == 17 && u[size] == -3 && g[size] == -9);
          for (int64_t i = 0; i < count; i++) {
            const auto at = static_cast<size_t>(i);
            CHECK(w[at] == word(draw, first + i));
            CHECK(u[at] == w[at] * 0x1p-32);
            if (i % 97 == 0) CHECK(uniform(draw, first + i) == u[at]);
            CHECK_AT_MOST(std::fabs(static_cast<double>(g[at]) - normal(draw, first + i)), kTolerance);
          }
        }
      }
    });
  }
  test("a step, a view, a sample and a seed each have numbers of their own", [] {
    const Draw draw{5, 6, 7, 8};
    const Draw others[] = {draw.at(9), {5, 6, 8, 8}, {5, 7, 7, 8}, {5, uint64_t{6} << 32, 7, 8}, {4, 6, 7, 8},
                           {(uint64_t{1} << 32) + 5, 6, 7, 8}};
    for (const Draw& other : others) {
      for (int64_t i = 0; i < 20; i++) CHECK(word(draw, i) != word(other, i) && uniform(draw, i) != uniform(other, i));
    }
    CHECK(draw.at(9).seed == 5 && draw.at(9).sample == 6 && draw.at(9).view == 7 && draw.at(9).step == 9);
  });
}

// Samples of seed 1, view 0, step 0, with a certain word at a certain place, found by searching.
struct Place {
  uint32_t word;
  uint64_t sample;
  int64_t at;
};

// u from 2⁻³² to 1, at powers of two, and where the exponent of u changes, at 2³²√½ and 2³¹√½.
constexpr Place kRadial[] = {
    {0x00000000, 171, 973438},    {0x00000001, 3606, 3137564},  {0x00000002, 3641, 3176298},
    {0x3fffffff, 10153, 3620960}, {0x5a827999, 10180, 2979710}, {0x5a82799a, 2248, 844120},
    {0x7fffffff, 3588, 587160},   {0x80000000, 10088, 1285210}, {0xb504f332, 2049, 2647148},
    {0xb504f333, 1374, 617496},   {0xb504f334, 1616, 2667332},  {0xfffffeff, 134, 2918104},
    {0xffffff00, 1751, 653160},   {0xfffffffd, 1562, 2681996},  {0xfffffffe, 20, 1651058},
    {0xffffffff, 12, 3772110},
};

// The axes, and the diagonals, where the nearest quarter turn changes.
constexpr Place kAngular[] = {
    {0x00000000, 4775, 1306291}, {0x00000001, 102, 1625333},   {0x1fffffff, 242, 3496223},
    {0x20000000, 10084, 3719907}, {0x40000000, 5608, 1885799}, {0x5fffffff, 1062, 592429},
    {0x60000000, 1910, 871621},  {0x80000000, 1839, 2382129},  {0x9fffffff, 10203, 167741},
    {0xa0000000, 2421, 1912513}, {0xc0000000, 3088, 1469921},  {0xdfffffff, 196, 1255217},
    {0xe0000000, 10176, 645321}, {0xffffffff, 6009, 2093815},
};

void seams() {
  const auto pair_at = [](const Place& place, float pair[2]) {
    const Draw draw{1, place.sample, 0, 0};
    CHECK(word(draw, place.at) == place.word);
    const int64_t first = place.at - place.at % 4, of_pair = place.at % 4 / 2 * 2;
    float block[4];
    normals(draw, first, 4, block);
    for (int64_t i = 0; i < 2; i++) {
      pair[i] = block[of_pair + i];
      CHECK_AT_MOST(std::fabs(static_cast<double>(pair[i]) - normal(draw, first + of_pair + i)), kTolerance);
    }
  };
  test("radii from the least word to the greatest", [&] {
    for (const Place& place : kRadial) {
      float pair[2];
      pair_at(place, pair);
      const double radius = std::hypot(static_cast<double>(pair[0]), static_cast<double>(pair[1]));
      const double expected = std::sqrt(-2 * std::log((place.word + 1.0) * 0x1p-32));
      // Relatively, near u = 1 too: six roundings of 6e-8.
      CHECK_AT_MOST(std::fabs(radius - expected), 4e-7 * expected);
    }
  });
  test("angles at the axes and diagonals", [&] {
    for (const Place& place : kAngular) {
      float pair[2];
      pair_at(place, pair);
      // What should be zero is.
      if (place.word % 0x80000000u == 0) CHECK(pair[1] == 0);
      if (place.word % 0x80000000u == 0x40000000u) CHECK(pair[0] == 0);
    }
  });
  test("the largest normal that draw.h names", [] {
    CHECK_AT_MOST(std::sqrt(-2 * std::log(0x1p-32)), 6.7);
  });
}

void batches() {
  test("the same numbers whatever is asked for at once", [] {
    constexpr int64_t kCount = 1501;
    const Draw draw = kDraws[2];
    std::vector<float> normals_whole(kCount), g(kCount);
    std::vector<double> uniforms_whole(kCount), u(kCount);
    normals(draw, 400, kCount, normals_whole.data());
    uniforms(draw, 400, kCount, uniforms_whole.data());
    for (const int64_t piece : {4, 8, 60, 124, 128, 132, 512, 1500}) {
      for (int64_t from = 0; from < kCount; from += piece) {
        const int64_t count = std::min(piece, kCount - from);
        normals(draw, 400 + from, count, g.data() + from);
        uniforms(draw, 400 + from, count, u.data() + from);
      }
      CHECK(g == normals_whole && u == uniforms_whole);
    }
    // Any count is a prefix of a larger one.
    for (int64_t count = 0; count < 140; count++) {
      normals(draw, 400, count, g.data());
      CHECK(std::equal(g.begin(), g.begin() + count, normals_whole.begin()));
    }
  });
}

// That two words in a row serve one pair, and no more: neighbours are independent.
void moments() {
  test("mean 0, variance 1, no correlation between neighbours", [] {
    constexpr int64_t kSamples = 1000, kCount = 100;
    double sum = 0, square = 0, fourth = 0, lag[3] = {};
    for (uint64_t sample = 0; sample < kSamples; sample++) {
      float g[kCount + 3];
      normals({11, sample, 0, 3}, 0, kCount + 3, g);
      for (int64_t i = 0; i < kCount; i++) {
        const auto x = static_cast<double>(g[i]);
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
        for (int64_t k = 0; k < 3; k++) lag[k] += x * static_cast<double>(g[i + k + 1]);
      }
    }
    // Five standard deviations of such means: √(1/n), √(2/n), √(96/n), √(1/n).
    constexpr double n = kSamples * kCount;
    CHECK_AT_MOST(std::fabs(sum / n), 5 * std::sqrt(1 / n));
    CHECK_AT_MOST(std::fabs(square / n - 1), 5 * std::sqrt(2 / n));
    CHECK_AT_MOST(std::fabs(fourth / n - 3), 5 * std::sqrt(96 / n));
    for (const double each : lag) CHECK_AT_MOST(std::fabs(each / n), 5 * std::sqrt(1 / n));
  });
}

}  // namespace

int main() {
  definition();
  seams();
  batches();
  moments();
  return finish();
}
