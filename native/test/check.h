// Assertions for the executables of this folder, which need neither Node nor a framework. A test is a named function
// that throws at its first failed check; main runs some and returns finish().
#pragma once

#include <cmath>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>

#include "../core/failure.h"

namespace eigenview::checks {

struct CheckFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline int passed = 0, failed = 0;

template <class Test>
void test(const std::string& name, const Test& body) {
  try {
    body();
    passed++;
    return;
  } catch (const CheckFailed& failure) {
    std::printf("FAILED %s: %s\n", name.c_str(), failure.what());
  } catch (const Failure& failure) {
    std::printf("FAILED %s: unexpected %s\n", name.c_str(), failure.what());
  } catch (const std::exception& error) {
    std::printf("FAILED %s: unexpected exception: %s\n", name.c_str(), error.what());
  }
  failed++;
}

inline int finish() {
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  throw CheckFailed(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

inline void check_at_most(const char* file, int line, const char* what, double value, double bound) {
  // Not value > bound: NaN fails too.
  if (value <= bound) return;
  std::ostringstream text;
  text.precision(17);
  text << what << " is " << value << ", at most " << bound << " expected";
  fail(file, line, text.str());
}

// The failure that `body` throws, which must have this status.
template <class Body>
Failure failure_of(const char* file, int line, Status status, const Body& body) {
  try {
    body();
  } catch (const Failure& failure) {
    if (failure.status != status) fail(file, line, std::string(code(status)) + " expected, got " + failure.what());
    return failure;
  }
  fail(file, line, std::string(code(status)) + " expected, nothing thrown");
}

}  // namespace eigenview::checks

#define CHECK(condition) ((condition) ? void() : ::eigenview::checks::fail(__FILE__, __LINE__, #condition))
#define CHECK_AT_MOST(value, bound) ::eigenview::checks::check_at_most(__FILE__, __LINE__, #value, (value), (bound))
#define FAILURE_OF(status, ...) ::eigenview::checks::failure_of(__FILE__, __LINE__, status, [&] { __VA_ARGS__; })
