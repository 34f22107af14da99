#include "runtime.h"

#include <omp.h>

#include <cstdint>

namespace athanor {
namespace {

DataType the_compute_type = DataType::f32;

dnnl::stream& stream() {
  static auto* const the_stream = new dnnl::stream(engine());
  return *the_stream;
}

/** One piece that grows to what the greediest primitive wants. */
struct Scratch {
  std::shared_ptr<Buffer> buffer;
  size_t size_bytes = 0;
};

Scratch& scratch_memory() {
  static auto* const all = new Scratch();
  return *all;
}

struct Kept {
  std::vector<Desc> layouts;
  std::shared_ptr<void> made;
  uint64_t used_at;
};

/** Some 50 kB each. A run over a ResNet-50 has about 500: for whole and for last batches, in training and in inference. */
constexpr size_t kKeptMax = 1000;

struct Primitives {
  std::unordered_map<std::string, std::vector<Kept>> by_key;
  size_t count = 0;
  uint64_t uses = 0;
};

Primitives& primitives() {
  static auto* const all = new Primitives();
  return *all;
}

void forget_least_recently_used() {
  Primitives& all = primitives();
  auto oldest_key = all.by_key.end();
  size_t oldest_index = 0;
  uint64_t oldest = all.uses;
  for (auto entry = all.by_key.begin(); entry != all.by_key.end(); ++entry) {
    for (size_t index = 0; index < entry->second.size(); ++index) {
      if (entry->second[index].used_at >= oldest) continue;
      oldest = entry->second[index].used_at;
      oldest_key = entry;
      oldest_index = index;
    }
  }
  if (oldest_key == all.by_key.end()) return;
  oldest_key->second.erase(oldest_key->second.begin() + static_cast<std::ptrdiff_t>(oldest_index));
  if (oldest_key->second.empty()) all.by_key.erase(oldest_key);
  --all.count;
}

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine* const the_engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *the_engine;
}

void set_threads(int threads) { omp_set_num_threads(threads); }

DataType compute_type() { return the_compute_type; }
void set_compute_type(DataType type) { the_compute_type = type; }

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

void* find_kept(const std::string& key, const std::vector<Desc>& layouts) {
  Primitives& all = primitives();
  const auto same_key = all.by_key.find(key);
  if (same_key == all.by_key.end()) return nullptr;
  for (Kept& kept : same_key->second) {
    if (kept.layouts != layouts) continue;
    kept.used_at = ++all.uses;
    return kept.made.get();
  }
  return nullptr;
}

void keep(const std::string& key, const std::vector<Desc>& layouts, std::shared_ptr<void> made) {
  Primitives& all = primitives();
  if (all.count >= kKeptMax) forget_least_recently_used();
  all.by_key[key].push_back({layouts, std::move(made), ++all.uses});
  ++all.count;
}

void forget_primitives() {
  primitives() = Primitives();
  scratch_memory() = Scratch();
}

void run(const dnnl::primitive& primitive, const Desc& scratch, Arguments arguments) {
  const size_t size_bytes = scratch.get_size();
  if (size_bytes > 0) {
    Scratch& held = scratch_memory();
    if (size_bytes > held.size_bytes) {
      held = Scratch();
      held = {allocate(size_bytes), size_bytes};
    }
    arguments[DNNL_ARG_SCRATCHPAD] = dnnl::memory(scratch, engine(), held.buffer->address());
  }
  primitive.execute(stream(), arguments);
  stream().wait();
}

Held hold(const Desc& desc) {
  auto buffer = allocate(desc.get_size());
  dnnl::memory memory(desc, engine(), buffer->address());
  return {std::move(buffer), std::move(memory)};
}

std::string key_of(const char* name, const std::vector<const Dims*>& dims, const std::vector<int64_t>& numbers) {
  std::string key = name;
  for (const Dims* of : dims) {
    key += '|';
    for (const int64_t dim : *of) key += std::to_string(dim) + ',';
  }
  key += '|';
  for (const int64_t number : numbers) key += std::to_string(number) + ',';
  return key;
}

}  // namespace athanor
