#include "block_cache.h"

#include <mutex>
#include <new>

namespace eigenview::block_cache {
namespace {

void release(void* block) { ::operator delete(block, std::align_val_t{64}); }

}  // namespace

// A sanitizer must see every block come and go.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
void* take(size_t) noexcept { return nullptr; }
void give(void* block, size_t) noexcept { release(block); }
#else
namespace {

struct Block {
  void* data;
  size_t bytes;
};

// Blocks in the order in which they were given.
struct Cache {
  std::mutex mutex;
  Block blocks[kCapacity / kSmallest];
  size_t count = 0;
  size_t bytes = 0;

  void* remove(size_t i) {
    const Block block = blocks[i];
    for (size_t j = i + 1; j < count; j++) blocks[j - 1] = blocks[j];
    count--;
    bytes -= block.bytes;
    return block.data;
  }
};

// Never destroyed: threads may still free blocks while the process ends. In place: giving a block back must not fail.
Cache& cache() {
  alignas(Cache) static unsigned char storage[sizeof(Cache)];
  static Cache* const instance = new (storage) Cache();
  return *instance;
}

bool is_kept(size_t bytes) { return bytes >= kSmallest && bytes <= kCapacity; }

}  // namespace

void* take(size_t bytes) noexcept {
  if (!is_kept(bytes)) return nullptr;
  Cache& kept = cache();
  const std::lock_guard<std::mutex> lock(kept.mutex);
  for (size_t i = kept.count; i-- > 0;) {
    if (kept.blocks[i].bytes == bytes) return kept.remove(i);
  }
  return nullptr;
}

void give(void* block, size_t bytes) noexcept {
  if (!is_kept(bytes)) return release(block);
  Cache& kept = cache();
  const std::lock_guard<std::mutex> lock(kept.mutex);
  while (kept.bytes + bytes > kCapacity) release(kept.remove(0));
  kept.blocks[kept.count++] = {block, bytes};
  kept.bytes += bytes;
}
#endif

}  // namespace eigenview::block_cache
