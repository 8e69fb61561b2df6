// Any rows of any numbers, in any cut, give finite moments or a Failure that names an element; noise and encodings of
// finite rows never crash.
#include "../core/moments/gram.h"
#include "../core/moments/project.h"
#include "../core/views/noise.h"
#include "fuzz.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

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
  Gram gram(dx, dy);
  Matrix sums(gram.width(), gram.width());
  try {
    for (int64_t at = 0; at < rows;) {
      at += gram.fill(x.data.data(), y.data.data(), at, std::min<int64_t>(rows, at + bytes.between(1, 100)));
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
  if (bytes.byte() % 2 == 0) {
    moments(bytes);
  } else {
    noise(bytes);
  }
  return 0;
}
