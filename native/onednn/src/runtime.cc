#include "runtime.h"

#include <omp.h>

namespace athanor {
namespace {

DataType the_compute_type = DataType::f32;

dnnl::stream& stream() {
  static auto* const the_stream = new dnnl::stream(engine());
  return *the_stream;
}

/** One piece that grows to what the greediest primitive wants. */
std::shared_ptr<Buffer>& scratch_buffer() {
  static auto* const buffer = new std::shared_ptr<Buffer>();
  return *buffer;
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

void run(const dnnl::primitive& primitive, const Desc& scratch, Arguments arguments) {
  static size_t held_bytes = 0;
  const size_t size_bytes = scratch.get_size();
  if (size_bytes > 0) {
    std::shared_ptr<Buffer>& buffer = scratch_buffer();
    if (size_bytes > held_bytes) {
      buffer.reset();
      held_bytes = 0;
      buffer = allocate(size_bytes);
      held_bytes = size_bytes;
    }
    arguments[DNNL_ARG_SCRATCHPAD] = dnnl::memory(scratch, engine(), buffer->address());
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
