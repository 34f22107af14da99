#pragma once

#include <cstddef>
#include <map>

namespace athanor {

/**
 * One range of addresses, as large as the machine's memory, of which pages come into being as they are touched. Pieces are
 * taken from the first gap that fits, and gaps that touch join: what four small tensors leave serves a large one.
 */
class Arena {
 public:
  Arena();

  /** Null where no gap is large enough. Sizes are whole pages. */
  void* take(size_t size_bytes);
  void give_back(void* address, size_t size_bytes);

  /** Bytes below the highest that was touched. */
  size_t touched_bytes() const { return touched_; }
  /** Gives the pages of all gaps back to the system. */
  void forget_gaps();

 private:
  char* start_ = nullptr;
  size_t touched_ = 0;
  /** Sizes by offset. */
  std::map<size_t, size_t> gaps_;
};

}  // namespace athanor
