// What can go wrong inside the core. Misuse is an assert (the caller has validated); what only the numbers
// can reveal is thrown as a Failure and becomes a coded error at the boundary.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <vector>

namespace eigenview {

// One name per error code of src/errors.ts that native code can raise.
enum class Status {
  singular,
  not_positive_definite,
  no_convergence,
  not_finite,
  out_of_range,
  out_of_memory,
  too_large,
  cancelled,
  internal,
};

constexpr const char* code(Status status) {
  switch (status) {
    case Status::singular: return "SINGULAR";
    case Status::not_positive_definite: return "NOT_POSITIVE_DEFINITE";
    case Status::no_convergence: return "NO_CONVERGENCE";
    case Status::not_finite: return "NOT_FINITE";
    case Status::out_of_range: return "OUT_OF_RANGE";
    case Status::out_of_memory: return "OUT_OF_MEMORY";
    case Status::too_large: return "TOO_LARGE";
    case Status::cancelled: return "CANCELLED";
    case Status::internal: return "INTERNAL";
  }
  return "INTERNAL";
}

struct Failure : std::exception {
  Status status;
  std::optional<double> value;     // the offending eigenvalue, reciprocal condition number or element
  std::optional<int64_t> at;       // index of the matrix in a batch, or the row of the element
  std::optional<int64_t> column;   // column of the element, counted over [x | y]
  std::vector<double> direction;   // unit vector of the offending direction, or empty

  explicit Failure(Status s) : status(s) {}
  Failure(Status s, double v) : status(s), value(v) {}
  const char* what() const noexcept override { return code(status); }
};

}  // namespace eigenview
