#include "pool.h"

#include <sys/mman.h>

#include <cstdlib>
#include <map>
#include <vector>

namespace athanor {
namespace {

/** From here on large pages spare the processor most of its table walks. */
constexpr size_t kLargePageBytes = size_t{2} << 20;

/** What a kept piece may be larger than what is asked for: a third. */
constexpr size_t kWasteShare = 3;

/** Trivially destroyed at exit on purpose: buffers that outlive it must still find it. */
struct Pool {
  std::map<size_t, std::vector<void*>> kept;
  size_t in_use_bytes = 0;
  size_t kept_bytes = 0;
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

void* take_from_system(size_t size_bytes) {
  void* address = nullptr;
  const size_t alignment = size_bytes >= kLargePageBytes ? kLargePageBytes : 64;
  if (posix_memalign(&address, alignment, size_bytes) != 0) return nullptr;
#ifdef MADV_HUGEPAGE
  if (alignment == kLargePageBytes) madvise(address, size_bytes, MADV_HUGEPAGE);
#endif
  return address;
}

}  // namespace

std::shared_ptr<Buffer> allocate(size_t size_bytes) {
  Pool& all = pool();
  size_t size = rounded(size_bytes == 0 ? 1 : size_bytes);
  void* address = nullptr;
  // One that is a little too large serves as well, and keeps the whole small.
  const auto kept = all.kept.lower_bound(size);
  if (kept != all.kept.end() && kept->first <= size + size / kWasteShare) {
    size = kept->first;
    address = kept->second.back();
    kept->second.pop_back();
    if (kept->second.empty()) all.kept.erase(kept);
    all.kept_bytes -= size;
  } else {
    address = take_from_system(size);
    if (address == nullptr) {
      empty_pool();
      address = take_from_system(size);
    }
    if (address == nullptr) throw OutOfMemory{size, all.in_use_bytes};
  }
  all.in_use_bytes += size;
  return std::make_shared<Buffer>(address, size);
}

Buffer::~Buffer() {
  Pool& all = pool();
  all.in_use_bytes -= size_bytes_;
  all.kept_bytes += size_bytes_;
  all.kept[size_bytes_].push_back(address_);
}

PoolUse pool_use() { return {pool().in_use_bytes, pool().kept_bytes}; }

void empty_pool() {
  Pool& all = pool();
  for (auto& [size, addresses] : all.kept) {
    for (void* address : addresses) std::free(address);
  }
  all.kept.clear();
  all.kept_bytes = 0;
}

}  // namespace athanor
