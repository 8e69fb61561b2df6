// Blocks that are kept for whoever asks next. Under sanitizers none is, so that there only the last test says anything.
#include "../core/block_cache.h"

#include <new>

#include "../core/team.h"
#include "check.h"
#include "matrices.h"

using namespace eigenview;
using namespace eigenview::checks;

namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

void* fresh(size_t bytes) { return ::operator new(bytes, std::align_val_t{64}); }
void release(void* block) { ::operator delete(block, std::align_val_t{64}); }

// Whether any is kept at all.
bool keeps() {
  block_cache::give(fresh(2 * kMegabyte), 2 * kMegabyte);
  void* block = block_cache::take(2 * kMegabyte);
  if (block != nullptr) release(block);
  return block != nullptr;
}

void cache() {
  test("a block comes back to whoever asks for its size, once", [] {
    void* block = fresh(3 * kMegabyte);
    block_cache::give(block, 3 * kMegabyte);
    CHECK(block_cache::take(3 * kMegabyte + 8) == nullptr && block_cache::take(2 * kMegabyte) == nullptr);
    CHECK(block_cache::take(3 * kMegabyte) == block && block_cache::take(3 * kMegabyte) == nullptr);
    release(block);
  });
  test("neither small blocks nor immense ones are kept", [] {
    for (const size_t bytes : {size_t{8}, kMegabyte - 8, block_cache::kCapacity + 8}) {
      block_cache::give(fresh(bytes), bytes);
      CHECK(block_cache::take(bytes) == nullptr);
    }
  });
  test("what was kept longest makes room, to the last block", [] {
    // Sizes that no other test uses; more of them than fit.
    const auto size_of_block = [](size_t i) { return kMegabyte + 64 * i; };
    for (size_t i = 0; i < 100; i++) block_cache::give(fresh(size_of_block(i)), size_of_block(i));
    size_t kept = 0, bytes = 0;
    for (size_t i = 0; i < 100; i++) {
      void* block = block_cache::take(size_of_block(i));
      CHECK(block != nullptr || kept == 0);
      if (block == nullptr) continue;
      kept++;
      bytes += size_of_block(i);
      release(block);
    }
    CHECK(kept == 63 && bytes <= block_cache::kCapacity);
    for (int i = 0; i < 200; i++) block_cache::give(fresh(kMegabyte), kMegabyte);
    for (int i = 0; i < 64; i++) release(block_cache::take(kMegabyte));
    CHECK(block_cache::take(kMegabyte) == nullptr);
  });
}

void buffers() {
  test("no two buffers share a block, from many threads", [] {
    for_each(400, 8, [](int64_t item) {
      Buffer a(200000 + item % 3), b = Buffer::zeros(200000 + item % 3);
      std::fill_n(a.data(), a.size(), static_cast<double>(item));
      CHECK(std::count(b.data(), b.data() + b.size(), 0.0) == b.size());
      CHECK(std::count(a.data(), a.data() + a.size(), static_cast<double>(item)) == a.size());
      CHECK(reinterpret_cast<uintptr_t>(a.data()) % 64 == 0);
    });
  });
}

}  // namespace

int main() {
  if (keeps()) cache();
  buffers();
  return finish();
}
