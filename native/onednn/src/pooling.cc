#include "operations.h"

namespace athanor {
namespace {

struct Forward {
  dnnl::pooling_forward::primitive_desc desc;
  dnnl::pooling_forward primitive;
};

std::string pooling_key(const char* name, const PoolingShape& shape) {
  const auto& [strides, before, after] = shape.window;
  return key_of(name, {&shape.y, &shape.kernel, &strides, &before, &after});
}

const Forward& forward_of(const PoolingShape& shape, const Desc& layout) {
  return cached<Forward>(pooling_key("pool", shape), {layout}, [&] {
    const Desc any(dims_of(View::images, shape.y), layout_type(layout), dnnl::memory::format_tag::any);
    auto desc = seam::max_pool_forward(layout, any, shape.kernel, shape.window);
    return Forward{desc, dnnl::pooling_forward(desc)};
  });
}

}  // namespace

Made max_pool(const PoolingShape& shape, Operand x) {
  const Desc layout = x.desc_as(View::images);
  const Forward& forward = forward_of(shape, layout);
  auto y = std::make_unique<Tensor>(View::images, shape.y, forward.desc.dst_desc());
  y->workspace = hold(forward.desc.workspace_desc());
  const Held input = x.as(View::images, layout);
  run(forward.primitive, forward.desc.scratchpad_desc(),
      {{DNNL_ARG_SRC, input.memory}, {DNNL_ARG_DST, y->memory()}, {DNNL_ARG_WORKSPACE, y->workspace.memory}});
  return y;
}

Made max_pool_gradient(const PoolingShape& shape, Operand dy, Operand x, Operand y) {
  struct Backward {
    dnnl::pooling_backward::primitive_desc desc;
    dnnl::pooling_backward primitive;
  };
  const Desc layout = x.desc_as(View::images);
  const Forward& forward = forward_of(shape, layout);
  const Backward& backward = cached<Backward>(pooling_key("pool-gradient", shape), {layout}, [&] {
    auto desc = seam::max_pool_backward(layout, forward.desc.dst_desc(), shape.kernel, shape.window, forward.desc);
    return Backward{desc, dnnl::pooling_backward(desc)};
  });
  // An output that came from elsewhere does not know where the largest values were.
  Made again;
  Tensor* pooled = y.tensor;
  if (pooled->workspace.buffer == nullptr || pooled->workspace.memory.get_desc() != forward.desc.workspace_desc()) {
    again = max_pool(shape, x);
    pooled = again.get();
  }
  auto dx = std::make_unique<Tensor>(View::images, shape.x, layout);
  const Held gradient = dy.as(View::images, forward.desc.dst_desc());
  run(backward.primitive, backward.desc.scratchpad_desc(),
      {{DNNL_ARG_DIFF_DST, gradient.memory},
       {DNNL_ARG_WORKSPACE, pooled->workspace.memory},
       {DNNL_ARG_DIFF_SRC, dx->memory()}});
  return dx;
}

}  // namespace athanor
