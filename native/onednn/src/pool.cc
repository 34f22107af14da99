#include "pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <new>

namespace athanor {
namespace {

/** From here on large pages spare the processor most of its table walks. */
constexpr size_t kLargePageBytes = size_t{2} << 20;

/** What is left to V8 and to oneDNN itself, which end the process where they get no memory for something small. */
constexpr size_t kSpareBytes = size_t{64} << 20;

/** May lie unused beside half of what was ever in use at once. */
constexpr size_t kUnusedBytes = size_t{32} << 20;

struct Kept {
  void* address;
  uint64_t since;
};

/** Trivially destroyed at exit on purpose: buffers that outlive it must still find it. */
struct Pool {
  /** By size; what came back last is at the end. */
  std::map<size_t, std::deque<Kept>> kept;
  size_t in_use_bytes = 0;
  size_t kept_bytes = 0;
  size_t most_in_use_bytes = 0;
  uint64_t returns = 0;
};

Pool& pool() {
  static Pool* const the_pool = new Pool();
  return *the_pool;
}

/** Eight sizes for each doubling: at most an eighth is wasted, and nearly equal tensors share their memory. */
size_t rounded(size_t size_bytes) {
  size_t step = 64;
  while (step * 16 < size_bytes) step *= 2;
  return (size_bytes + step - 1) / step * step;
}

bool is_some_to_spare() {
  void* const spare = mmap(nullptr, kSpareBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return spare != MAP_FAILED && munmap(spare, kSpareBytes) == 0;
}

void* take_from_system(size_t size_bytes) {
  void* address = nullptr;
  const size_t alignment = size_bytes >= kLargePageBytes ? kLargePageBytes : 64;
  if (posix_memalign(&address, alignment, size_bytes) != 0) return nullptr;
  if (!is_some_to_spare()) {
    std::free(address);
    return nullptr;
  }
#ifdef MADV_HUGEPAGE
  if (alignment == kLargePageBytes) madvise(address, size_bytes, MADV_HUGEPAGE);
#endif
  return address;
}

/** What lies unused for longest goes back to the system. */
void give_back_oldest() {
  Pool& all = pool();
  auto oldest = all.kept.end();
  for (auto of_size = all.kept.begin(); of_size != all.kept.end(); ++of_size) {
    if (of_size->second.empty()) continue;
    if (oldest == all.kept.end() || of_size->second.front().since < oldest->second.front().since) oldest = of_size;
  }
  std::free(oldest->second.front().address);
  oldest->second.pop_front();
  all.kept_bytes -= oldest->first;
}

/** Steps alike keep hardly more than they use at most; sizes that no step asks for any more must not pile up. */
void make_room_for(size_t size_bytes) {
  Pool& all = pool();
  const size_t allowed = all.most_in_use_bytes * 3 / 2 + kUnusedBytes;
  while (all.kept_bytes > 0 && all.in_use_bytes + all.kept_bytes + size_bytes > allowed) give_back_oldest();
}

}  // namespace

std::shared_ptr<Buffer> allocate(size_t size_bytes) {
  Pool& all = pool();
  const size_t size = rounded(size_bytes == 0 ? 1 : size_bytes);
  std::deque<Kept>& kept = all.kept[size];
  void* address = nullptr;
  if (!kept.empty()) {
    address = kept.back().address;
    kept.pop_back();
    all.kept_bytes -= size;
  } else {
    make_room_for(size);
    address = take_from_system(size);
    if (address == nullptr) {
      empty_pool();
      address = take_from_system(size);
    }
    if (address == nullptr) throw OutOfMemory{size};
  }
  all.in_use_bytes += size;
  all.most_in_use_bytes = std::max(all.most_in_use_bytes, all.in_use_bytes);
  try {
    return std::make_shared<Buffer>(address, size);
  } catch (const std::bad_alloc&) {
    all.in_use_bytes -= size;
    std::free(address);
    throw;
  }
}

Buffer::~Buffer() {
  Pool& all = pool();
  all.in_use_bytes -= size_bytes_;
  try {
    all.kept[size_bytes_].push_back({address_, ++all.returns});
    all.kept_bytes += size_bytes_;
  } catch (const std::bad_alloc&) {
    // Not even the list of what is kept can grow.
    std::free(address_);
  }
}

PoolUse pool_use() { return {pool().in_use_bytes, pool().kept_bytes}; }

void empty_pool() {
  Pool& all = pool();
  for (auto& [size, kept] : all.kept) {
    for (const Kept& one : kept) std::free(one.address);
    kept.clear();
  }
  all.kept_bytes = 0;
}

}  // namespace athanor
