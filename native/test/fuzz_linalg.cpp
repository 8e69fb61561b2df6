// Any finite matrix, however extreme, is decomposed into finite numbers with a small residual, or is a Failure.
#include "../core/blas_threads.h"
#include "../core/linalg/decompose.h"
#include "fuzz.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

Matrix read(Bytes& bytes, int rows, int cols) {
  Matrix a(rows, cols);
  // Few different rows give low rank and repeated eigenvalues; one common factor puts all elements at one magnitude.
  const int distinct = bytes.between(1, rows), power = 8 * bytes.between(-128, 127);
  const bool common = bytes.byte() % 2 == 0;
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < cols; j++) {
      const double value = i < distinct ? bytes.number() : a(i % distinct, j);
      const double moved = i < distinct && common ? std::ldexp(std::fmod(value, 8), power) : value;
      a(i, j) = std::isfinite(moved) ? moved : 1;
    }
  }
  return a;
}

Matrix mirrored(const Matrix& upper) {
  Matrix a = upper.clone();
  for (int64_t i = 0; i < a.rows; i++) {
    for (int64_t j = 0; j < i; j++) a(i, j) = a(j, i);
  }
  return a;
}

// A matrix that is semi-definite up to rounding, unless it overflows.
Matrix read_definite(Bytes& bytes, int n) {
  const Matrix root = read(bytes, bytes.between(std::max(1, n - 1), n + 2), n);
  Matrix a = gram(root);
  for (int64_t i = 0; i < a.size(); i++) {
    if (!std::isfinite(a.data[i])) a.data[i] = std::numeric_limits<double>::max();
  }
  return a;
}

void check_finite(const Buffer& values) { CHECK(all_finite(values.data(), values.size())); }

void check_svd(const Matrix& a, int k) {
  const Svd result = svd(a, k);
  check_finite(result.s);
  CHECK_AT_MOST(skew(result.u), 1e-12);
  CHECK_AT_MOST(skew(transpose(result.vt)), 1e-12);
  CHECK_AT_MOST(result.residual, 1e-12);
}

void check_eigh(const Matrix& a, int k) {
  const Eigh result = eigh(a, nullptr, k);
  check_finite(result.values);
  CHECK_AT_MOST(skew(result.vectors), 1e-12);
  CHECK_AT_MOST(result.residual, 1e-12);
}

// B may be nearly singular, so that the pair has no digit right.
void check_eigh(const Matrix& a, const Matrix& b, int k) {
  const Eigh result = eigh(a, &b, k);
  check_finite(result.values);
  CHECK(all_finite(result.vectors) && std::isfinite(result.residual));
}

void check_eig(const Eig& result) {
  check_finite(result.re);
  check_finite(result.im);
  CHECK(all_finite(result.vectors_re) && all_finite(result.vectors_im));
  CHECK_AT_MOST(result.residual, 1);
}

std::optional<double> read_tolerance(Bytes& bytes) {
  const double tolerances[] = {0, 1e-14, 1e-3, 1};
  const int i = bytes.between(0, 4);
  return i == 4 ? std::nullopt : std::optional<double>(tolerances[i]);
}

void run(Bytes bytes) {
  const int operation = bytes.between(0, 9), m = bytes.between(1, 20), n = bytes.between(1, 20);
  const int k = 1 + bytes.byte() % std::min(m, n);
  const std::optional<double> tolerance = read_tolerance(bytes);
  const Matrix general = read(bytes, m, n), square = read(bytes, n, n), definite = read_definite(bytes, n);
  switch (operation) {
    case 0: return check_svd(general, k);
    // Large enough for the top of the spectrum to come from the Gram matrix.
    case 1: return check_svd(read(bytes, 64 + m, 64 + n), std::min(k, 8));
    case 2: return check_eigh(mirrored(square), k);
    case 3: return check_eigh(mirrored(square), definite, k);
    case 4: return check_eig(eig(square));
    case 5: return CHECK(all_finite(cholesky(definite)));
    case 6: return CHECK(all_finite(solve(square, transpose(general))));
    case 7: return CHECK(all_finite(inverse_sqrt(definite, tolerance)));
    case 8: return CHECK(all_finite(whiten(definite, tolerance)));
    default: return CHECK(all_finite(matmul(general, square, false, false)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const BlasThreads one(1);
  try {
    run(Bytes(data, size));
  } catch (const Failure& failure) {
    // A matrix cannot be at fault for these.
    CHECK(failure.status != Status::internal && failure.status != Status::no_convergence);
  }
  return 0;
}
