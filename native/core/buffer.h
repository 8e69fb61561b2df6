// Owned, 64-byte aligned, uninitialised doubles: std::vector would write zeros that every user here overwrites.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "block_cache.h"

namespace eigenview {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size) : data_(allocate(bytes(size))), size_(size) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (data_ != nullptr) block_cache::give(data_, bytes(size_));
  }

  static Buffer zeros(int64_t size) {
    Buffer buffer(size);
    std::memset(buffer.data_, 0, sizeof(double) * static_cast<size_t>(size));
    return buffer;
  }
  static Buffer copy(const double* source, int64_t size) {
    Buffer buffer(size);
    if (size > 0) std::memcpy(buffer.data_, source, sizeof(double) * static_cast<size_t>(size));
    return buffer;
  }

  double* data() { return data_; }
  const double* data() const { return data_; }
  int64_t size() const { return size_; }
  double& operator[](int64_t i) { return data_[i]; }
  double operator[](int64_t i) const { return data_[i]; }

 private:
  static constexpr std::align_val_t kAlign{64};
  static double* allocate(size_t bytes) {
    void* block = block_cache::take(bytes);
    return static_cast<double*>(block != nullptr ? block : ::operator new(bytes, kAlign));
  }
  // At least one element, so that every buffer has an address.
  static size_t bytes(int64_t size) {
    if (size > PTRDIFF_MAX / static_cast<int64_t>(sizeof(double))) throw std::bad_alloc();
    return sizeof(double) * static_cast<size_t>(size > 0 ? size : 1);
  }
  void swap(Buffer& other) {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }
  double* data_ = nullptr;
  int64_t size_ = 0;
};

// A dense row-major matrix: element (i, j) at data[i * cols + j].
struct Matrix {
  int rows = 0;
  int cols = 0;
  Buffer data;

  Matrix() = default;
  Matrix(int r, int c) : rows(r), cols(c), data(static_cast<int64_t>(r) * c) {}
  static Matrix zeros(int r, int c) {
    Matrix m(r, c);
    std::memset(m.data.data(), 0, sizeof(double) * static_cast<size_t>(m.size()));
    return m;
  }
  Matrix clone() const {
    Matrix m(rows, cols);
    std::memcpy(m.data.data(), data.data(), sizeof(double) * static_cast<size_t>(size()));
    return m;
  }

  int64_t size() const { return static_cast<int64_t>(rows) * cols; }
  double* row(int64_t i) { return data.data() + i * cols; }
  const double* row(int64_t i) const { return data.data() + i * cols; }
  double& operator()(int64_t i, int64_t j) { return data[i * cols + j]; }
  double operator()(int64_t i, int64_t j) const { return data[i * cols + j]; }
};

}  // namespace eigenview
