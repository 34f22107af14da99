#include "pool.h"

#include <cstdlib>
#include <map>
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

}  // namespace

std::shared_ptr<Buffer> allocate(size_t size_bytes) {
  Pool& all = pool();
  const size_t size = rounded(size_bytes);
  const bool is_small = size <= kSmallBytes;
  void* const address = is_small ? take_small(all, size) : all.arena.take(size);
  if (address == nullptr) throw OutOfMemory{size_bytes, all.in_use_bytes};
  all.in_use_bytes += size;
  if (!is_small) all.large_in_use_bytes += size;
  return std::make_shared<Buffer>(address, size);
}

Buffer::~Buffer() {
  Pool& all = pool();
  all.in_use_bytes -= size_bytes_;
  if (size_bytes_ <= kSmallBytes) {
    all.small_bytes += size_bytes_;
    all.small[size_bytes_].push_back(address_);
  } else {
    all.large_in_use_bytes -= size_bytes_;
    all.arena.give_back(address_, size_bytes_);
  }
}

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
