#include "arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace athanor {
namespace {

/** Addresses cost nothing, but a process may be held to few of them. */
constexpr size_t kSmallestArena = size_t{64} << 20;

/** What is left to V8 and to oneDNN itself then, which end the process where they get no memory for something small. */
constexpr size_t kSpareBytes = size_t{512} << 20;

size_t machine_bytes() {
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

Arena::Arena() {
  int flags = MAP_PRIVATE | MAP_ANON;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;
#endif
  for (size_t size = machine_bytes(); size >= kSmallestArena; size /= 2) {
    void* const found = mmap(nullptr, size + kSpareBytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (found == MAP_FAILED) continue;
    munmap(static_cast<char*>(found) + size, kSpareBytes);
    start_ = static_cast<char*>(found);
    gaps_[0] = size;
#ifdef MADV_HUGEPAGE
    // Large pages spare the processor most of its table walks.
    madvise(found, size, MADV_HUGEPAGE);
#endif
    break;
  }
}

void* Arena::take(size_t size_bytes) {
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(), [&](const auto& each) { return each.second >= size_bytes; });
  if (gap == gaps_.end()) return nullptr;
  const auto [offset, gap_bytes] = *gap;
  gaps_.erase(gap);
  if (gap_bytes > size_bytes) gaps_[offset + size_bytes] = gap_bytes - size_bytes;
  touched_ = std::max(touched_, offset + size_bytes);
  return start_ + offset;
}

void Arena::give_back(void* address, size_t size_bytes) {
  size_t offset = static_cast<size_t>(static_cast<char*>(address) - start_);
  const auto after = gaps_.find(offset + size_bytes);
  if (after != gaps_.end()) {
    size_bytes += after->second;
    gaps_.erase(after);
  }
  const auto next = gaps_.upper_bound(offset);
  if (next != gaps_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += size_bytes;
      return;
    }
  }
  gaps_[offset] = size_bytes;
}

void Arena::forget_gaps() {
  if (gaps_.empty()) return;
  for (const auto& [offset, size_bytes] : gaps_) {
    if (offset < touched_) madvise(start_ + offset, std::min(size_bytes, touched_ - offset), MADV_DONTNEED);
  }
  const auto& [offset, size_bytes] = *gaps_.rbegin();
  if (offset + size_bytes >= touched_) touched_ = std::min(touched_, offset);
}

}  // namespace athanor
