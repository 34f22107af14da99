#pragma once

#include <cstddef>
#include <memory>

namespace athanor {

/** Memory that goes back to the pool with its last owner. 64-byte aligned, as oneDNN's vector code wants it. */
class Buffer {
 public:
  Buffer(void* address, size_t size_bytes) : address_(address), size_bytes_(size_bytes) {}
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* address() const { return address_; }

 private:
  void* address_;
  size_t size_bytes_;
};

/** What was asked for, when the machine has no more. */
struct OutOfMemory {
  size_t size_bytes;
};

/** What may be in use at once: the system would end a process that takes more than there is. */
void set_memory_limit(size_t size_bytes);

/** Throws OutOfMemory. */
std::shared_ptr<Buffer> allocate(size_t size_bytes);

struct PoolUse {
  size_t in_use_bytes;
  /** Touched before and free now. */
  size_t kept_bytes;
};
PoolUse pool_use();

/** Gives the kept memory back to the system. */
void empty_pool();

}  // namespace athanor
