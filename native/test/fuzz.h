// Cases made of bytes. Each fuzz_*.cpp has libFuzzer's entry point; built plainly, main feeds it a fixed number of
// random byte strings (first argument: how many; second: the seed), so that a failure can be repeated.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace eigenview::checks {

// Hands out the bytes of a case, zeros when they are used up.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  uint8_t byte() {
    if (left_ == 0) return 0;
    left_--;
    return *data_++;
  }

  // In [low, high], a range of at most 256.
  int between(int low, int high) { return low + byte() % (high - low + 1); }

  // A finite number, often an extreme one.
  double number() {
    constexpr double extremes[] = {0,      1,       -1,     -0.0,   1e-8,   1e8,   1e-150,  1e150,
                                   5e-324, -5e-324, 1e-310, 1e-305, -1e308, 1e308, 1.79e308, 3};
    const int kind = byte() % 4;
    if (kind == 0) return extremes[byte() % 16];
    if (kind == 1) return between(-3, 3);
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) bits = bits << 8 | byte();
    if (kind == 2) return static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-63;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return std::isfinite(value) ? value : 1;
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

}  // namespace eigenview::checks

#if !defined(EIGENVIEW_LIBFUZZER)
int main(int count, char** arguments) {
  using namespace eigenview::checks;
  const int cases = count > 1 ? std::atoi(arguments[1]) : 3000;
  std::mt19937_64 bits(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1);
  std::vector<uint8_t> bytes;
  for (int i = 0; i < cases; i++) {
    // Mostly short: most matrices then end in zeros.
    bytes.resize(bits() % (i % 4 == 0 ? 8000 : 200));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(bits());
    test("case " + std::to_string(i), [&] { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); });
  }
  return finish();
}
#endif
