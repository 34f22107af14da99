#include "pool.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <new>
#include <vector>

#include "arena.h"

namespace athanor {
namespace {

constexpr size_t kPageBytes = 4096;
/** Pieces below a few pages would lie scattered between the large ones. */
constexpr size_t kSmallBytes = 8 * kPageBytes;

/** Never destroyed, on purpose: buffers that outlive it must still find it. */
struct Pool {
  Arena arena;
  /** Small pieces that are free, by their size. */
  std::map<size_t, std::vector<void*>> small;
  size_t small_bytes = 0;
  size_t large_in_use_bytes = 0;
  size_t in_use_bytes = 0;
  size_t limit_bytes = SIZE_MAX;
};

Pool& pool() {
  static Pool* const the_pool = new Pool();
  return *the_pool;
}

size_t rounded(size_t size_bytes) {
  if (size_bytes > kSmallBytes) return (size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  size_t size = 64;
  while (size < size_bytes) size *= 2;
  return size;
}

void* take_small(Pool& all, size_t size_bytes) {
  std::vector<void*>& free = all.small[size_bytes];
  if (!free.empty()) {
    void* const address = free.back();
    free.pop_back();
    all.small_bytes -= size_bytes;
    return address;
  }
  void* address = nullptr;
  return posix_memalign(&address, 64, size_bytes) == 0 ? address : nullptr;
}

void take_back(void* address, size_t size_bytes) {
  Pool& all = pool();
  const bool is_small = size_bytes <= kSmallBytes;
  all.in_use_bytes -= size_bytes;
  if (!is_small) all.large_in_use_bytes -= size_bytes;
  try {
    if (is_small) {
      all.small[size_bytes].push_back(address);
      all.small_bytes += size_bytes;
    } else {
      all.arena.give_back(address, size_bytes);
    }
  } catch (const std::bad_alloc&) {
    // Not even the list of what is free can grow: the piece is lost.
  }
}

}  // namespace

void set_memory_limit(size_t size_bytes) { pool().limit_bytes = size_bytes; }

std::shared_ptr<Buffer> allocate(size_t size_bytes) {
  Pool& all = pool();
  const size_t size = rounded(size_bytes);
  const bool is_small = size <= kSmallBytes;
  const bool is_allowed = size <= all.limit_bytes && all.in_use_bytes <= all.limit_bytes - size;
  void* const address = !is_allowed ? nullptr : is_small ? take_small(all, size) : all.arena.take(size);
  if (address == nullptr) throw OutOfMemory{size_bytes};
  all.in_use_bytes += size;
  if (!is_small) all.large_in_use_bytes += size;
  try {
    return std::make_shared<Buffer>(address, size);
  } catch (const std::bad_alloc&) {
    take_back(address, size);
    throw;
  }
}

Buffer::~Buffer() { take_back(address_, size_bytes_); }

PoolUse pool_use() {
  const Pool& all = pool();
  return {all.in_use_bytes, all.small_bytes + all.arena.touched_bytes() - all.large_in_use_bytes};
}

void empty_pool() {
  Pool& all = pool();
  for (auto& [size, addresses] : all.small) {
    for (void* address : addresses) std::free(address);
  }
  all.small.clear();
  all.small_bytes = 0;
  all.arena.forget_gaps();
}

}  // namespace athanor
