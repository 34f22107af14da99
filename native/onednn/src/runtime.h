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

/** Primitives are made once for each shape: `key` says everything but the layouts, which `layouts` say. */
template <typename Made>
const Made& cached(const std::string& key, const std::vector<Desc>& layouts, const std::function<Made()>& make) {
  struct Entry {
    std::vector<Desc> layouts;
    std::unique_ptr<Made> made;
  };
  static auto* const entries = new std::unordered_map<std::string, std::vector<Entry>>();
  std::vector<Entry>& same_key = (*entries)[key];
  for (const Entry& entry : same_key) {
    if (entry.layouts == layouts) return *entry.made;
  }
  same_key.push_back({layouts, std::make_unique<Made>(make())});
  return *same_key.back().made;
}

}  // namespace athanor
