// Large blocks of memory that were freed a moment ago, for whoever wants one of that size next. A block fresh from the
// system is paid for page by page as it is first touched: of an eigh at d = 784, which works in some 30 MB, that is a tenth.
#pragma once

#include <cstddef>

namespace eigenview::block_cache {

// Smaller blocks are left to the allocator, which keeps them itself.
constexpr size_t kSmallest = size_t{1} << 20;
// What is kept in all.
constexpr size_t kCapacity = size_t{64} << 20;

// A block of exactly so many bytes that was given before, or null. Its content is unspecified.
void* take(size_t bytes) noexcept;

// Keeps a block, or frees it; what was kept longest makes room. Blocks come from operator new with alignment 64.
void give(void* block, size_t bytes) noexcept;

}  // namespace eigenview::block_cache
