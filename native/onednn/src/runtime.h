#pragma once

#include <dnnl.hpp>

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pool.h"

namespace athanor {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using DataType = dnnl::memory::data_type;
using Arguments = std::unordered_map<int, dnnl::memory>;

const dnnl::engine& engine();

/** How many threads compute from now on. */
void set_threads(int threads);

/** What activations and the weights of convolutions are computed in: f32 or bf16. Sums and masters stay f32. */
DataType compute_type();
void set_compute_type(DataType type);

/** The default attributes: scratch memory is ours, one piece for all primitives. */
dnnl::primitive_attr attributes();

/** Runs a primitive and waits for it; `scratch` is its own description of the scratch memory it needs. */
void run(const dnnl::primitive& primitive, const Desc& scratch, Arguments arguments);

/** Memory of a description from the pool. */
struct Held {
  std::shared_ptr<Buffer> buffer;
  dnnl::memory memory;
};
Held hold(const Desc& desc);

std::string key_of(const char* name, const std::vector<const Dims*>& dims, const std::vector<int64_t>& numbers = {});

/** What was kept for a key and layouts; null where it is not there, or not any more. */
void* find_kept(const std::string& key, const std::vector<Desc>& layouts);
void keep(const std::string& key, const std::vector<Desc>& layouts, std::shared_ptr<void> made);
/** And their scratch memory. Before threads may change: a primitive is made for a number of them. */
void forget_primitives();

/**
 * Primitives are made once for each shape: `key` says everything but the layouts, which `layouts` say, and begins with a
 * name that no other type is kept by. The latest thousand stay, so what is returned is good until the operation ends.
 */
template <typename Made>
const Made& cached(const std::string& key, const std::vector<Desc>& layouts, const std::function<Made()>& make) {
  if (void* const found = find_kept(key, layouts)) return *static_cast<Made*>(found);
  auto made = std::make_shared<Made>(make());
  keep(key, layouts, made);
  return *made;
}

}  // namespace athanor
