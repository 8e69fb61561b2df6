// The generator: published known answers, agreement of every cut with every other, moments, and the accuracy of its own
// logarithm, sine and cosine against the library's in long double.
//
// The source is included, not linked, to reach the functions it keeps to itself.
#include "../core/random.cpp"

#include <vector>

#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr long double kPi = 3.14159265358979323846264338327950288L;
constexpr int64_t kPoints = 2000000;

void known_answers() {
  // kat_vectors of the authors' Random123 distribution, philox4x32 at 10 rounds.
  struct Answer {
    uint32_t counter[4], key[2], words[4];
  };
  const Answer answers[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  test("Philox gives the published words", [&] {
    for (const Answer& answer : answers) {
      uint32_t words[4];
      philox(answer.key, answer.counter, words);
      CHECK(std::equal(words, words + 4, answer.words));
    }
  });
}

// The normal of one coordinate by its definition.
long double definition(Stream stream, uint64_t sample, uint32_t coordinate) {
  const uint32_t key[] = {static_cast<uint32_t>(stream.seed), static_cast<uint32_t>(stream.seed >> 32)};
  const uint32_t counter[] = {coordinate / 2, static_cast<uint32_t>(sample), static_cast<uint32_t>(sample >> 32),
                              stream.stream};
  uint32_t r[4];
  philox(key, counter, r);
  const uint64_t a = (static_cast<uint64_t>(r[0] >> 5) << 26) + (r[1] >> 6);
  const uint64_t b = (static_cast<uint64_t>(r[2] >> 5) << 26) + (r[3] >> 6);
  const long double u = static_cast<long double>(a + 1) * 0x1p-53L, v = static_cast<long double>(b) * 0x1p-53L;
  const long double radius = std::sqrt(-2 * std::log(u));
  return radius * (coordinate % 2 == 0 ? std::cos(2 * kPi * v) : std::sin(2 * kPi * v));
}

void layout() {
  const Stream streams[] = {{0, 0}, {1, 0x80000000u}, {0x123456789abcdefu, 7}, {0xffffffffffffffffu, 0xffffffffu}};
  test("normals are those of the definition", [&] {
    std::vector<double> x(300);
    for (const Stream& stream : streams) {
      for (const uint64_t sample : {0ull, 1ull, 0xffffffffull, 1ull << 32, 1ull << 53}) {
        normals(stream, sample, 5, 150, x.data());
        for (uint32_t i = 0; i < 300; i++) {
          const double error = static_cast<double>(x[i] - definition(stream, sample, 10 + i));
          CHECK_AT_MOST(std::fabs(error), 4e-15);
        }
      }
    }
  });
  test("every cut into calls gives the same bits, and no call writes past its end", [&] {
    constexpr int64_t kBlocks = 3 * kLanes + 5;
    std::vector<double> whole(2 * kBlocks), part(2 * kBlocks + 1);
    normals(streams[2], 9, 0, kBlocks, whole.data());
    for (int64_t from = 0; from < kBlocks; from++) {
      for (const int64_t blocks : {int64_t{1}, int64_t{2}, kLanes - 1, kLanes, kLanes + 1, kBlocks}) {
        const int64_t count = std::min(blocks, kBlocks - from);
        part[static_cast<size_t>(2 * count)] = 77;
        normals(streams[2], 9, static_cast<uint32_t>(from), count, part.data());
        CHECK(same_bits(part.data(), whole.data() + 2 * from, 2 * count));
        CHECK(part[static_cast<size_t>(2 * count)] == 77);
      }
    }
  });
  test("samples, streams and seeds differ", [] {
    double a[2], b[2];
    normals({1, 1}, 1, 1, 1, a);
    const auto differs = [&](Stream stream, uint64_t sample, uint32_t block) {
      normals(stream, sample, block, 1, b);
      return a[0] != b[0] && a[1] != b[1];
    };
    CHECK(differs({2, 1}, 1, 1) && differs({1 | uint64_t{1} << 32, 1}, 1, 1) && differs({1, 2}, 1, 1));
    CHECK(differs({1, 1}, 2, 1) && differs({1, 1}, 1 | uint64_t{1} << 32, 1) && differs({1, 1}, 1, 2));
  });
}

void moments() {
  test("moments of two million normals lie within five standard errors", [] {
    double sums[5] = {}, pairs = 0;
    std::vector<double> x(2000);
    for (uint64_t sample = 0; sample < 1000; sample++) {
      normals({20, 3}, sample, 0, 1000, x.data());
      for (size_t i = 0; i < x.size(); i++) {
        double power = 1;
        for (double& sum : sums) sum += (power *= x[i]);
        if (i % 2 == 1) pairs += x[i] * x[i - 1];
      }
    }
    // E x^p and the variance of x^p for p = 1 … 5.
    const double mean[] = {0, 1, 0, 3, 0}, variance[] = {1, 2, 15, 96, 945}, n = 2e6;
    for (int p = 0; p < 5; p++) CHECK_AT_MOST(std::fabs(sums[p] / n - mean[p]), 5 * std::sqrt(variance[p] / n));
    CHECK_AT_MOST(std::fabs(pairs / (n / 2)), 5 / std::sqrt(n / 2));
  });
}

// |computed − exact| in units of the last place of the exact value.
double ulps(double computed, long double exact) {
  const double rounded = std::fabs(static_cast<double>(exact));
  const double spacing = std::nextafter(rounded, INFINITY) - rounded;
  return static_cast<double>(std::fabs(computed - exact) / spacing);
}

void logarithm() {
  double worst = 0;
  const auto measure = [&](int64_t high) {
    const double u = static_cast<double>(high) * kUnit;
    worst = std::max(worst, ulps(minus_two_log(u), -2 * std::log(static_cast<long double>(u))));
  };
  test("−2 ln u at the ends and near each power of two and each 2^e √½ is right to 3 ulp", [&] {
    CHECK(minus_two_log(1) == 0);
    for (int64_t i = 1; i < 1000; i++) measure(i);
    for (int e = 1; e <= 53; e++) {
      for (int64_t i = -100; i <= 100; i++) {
        for (const double centre : {std::ldexp(1, e), std::ldexp(std::sqrt(0.5), e)}) {
          const int64_t high = static_cast<int64_t>(centre) + i;
          if (high >= 1 && high < int64_t{1} << 53) measure(high);
        }
      }
    }
    CHECK_AT_MOST(worst, 3);
  });
  test("−2 ln u is right to 3 ulp anywhere", [&] {
    std::mt19937_64 bits(1);
    for (int64_t i = 0; i < kPoints; i++) measure(static_cast<int64_t>(bits() >> (11 + i % 40)) + 1);
    CHECK_AT_MOST(worst, 3);
  });
}

void circle() {
  double worst = 0;
  const auto measure = [&](double v) {
    double sine, cosine;
    sin_cos_turn(v, sine, cosine);
    // 4v − quadrant is exact, 2πv in long double is not.
    const double quadrant = std::floor(4 * v + 0.5), t = 4 * v - quadrant;
    const long double s = std::sin(t * kPi / 2), c = std::cos(t * kPi / 2);
    const long double turned[4][2] = {{s, c}, {c, -s}, {-s, -c}, {-c, s}};
    const auto& exact = turned[static_cast<int>(quadrant) % 4];
    worst = std::max(worst, static_cast<double>(std::fabs(sine - exact[0])));
    worst = std::max(worst, static_cast<double>(std::fabs(cosine - exact[1])));
  };
  test("sin 2πv and cos 2πv near each eighth of a turn are right to 2e-16", [&] {
    for (int eighth = 0; eighth <= 8; eighth++) {
      for (int i = -1000; i <= 1000; i++) {
        const double v = eighth / 8.0 + i * kUnit;
        if (v >= 0 && v < 1) measure(v);
      }
    }
    CHECK_AT_MOST(worst, 2e-16);
  });
  test("sin 2πv and cos 2πv are right to 2e-16 anywhere", [&] {
    std::mt19937_64 bits(2);
    for (int64_t i = 0; i < kPoints; i++) measure(static_cast<double>(bits() >> 11) * kUnit);
    CHECK_AT_MOST(worst, 2e-16);
  });
  test("the borders of the quadrants are exact", [] {
    const double expected[][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}};
    for (int quadrant = 0; quadrant < 4; quadrant++) {
      double sine, cosine;
      sin_cos_turn(quadrant / 4.0, sine, cosine);
      CHECK(sine == expected[quadrant][0] && cosine == expected[quadrant][1]);
    }
  });
}

}  // namespace

int main() {
  known_answers();
  layout();
  moments();
  logarithm();
  circle();
  return finish();
}
