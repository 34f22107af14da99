#include "convolution.h"

namespace athanor {
namespace {

struct Forward {
  dnnl::convolution_forward::primitive_desc desc;
  dnnl::convolution_forward primitive;
};

const Forward& forward_of(const ConvolutionShape& shape, bool has_bias, bool relu) {
  const auto key = convolution_key("conv", shape, {has_bias, relu});
  return cached<Forward>(key, {}, [&] {
    dnnl::primitive_attr attr = attributes();
    if (relu) {
      dnnl::post_ops after;
      append_relu(after);
      attr.set_post_ops(after);
    }
    const Desc bias = plain_desc(View::plain, {shape.filter[3]});
    const ConvolutionLayouts any = any_layouts(shape);
    auto desc = seam::convolution_forward(any.x, any.filter, has_bias ? &bias : nullptr, any.y, shape.window, attr);
    return Forward{desc, dnnl::convolution_forward(desc)};
  });
}

}  // namespace

std::string convolution_key(const char* name, const ConvolutionShape& shape, std::vector<int64_t> numbers) {
  numbers.push_back(static_cast<int64_t>(compute_type()));
  const auto& [strides, before, after] = shape.window;
  return key_of(name, {&shape.x, &shape.filter, &shape.y, &strides, &before, &after}, numbers);
}

ConvolutionLayouts any_layouts(const ConvolutionShape& shape) {
  const auto any = [](View view, const Dims& dims) {
    return Desc(dims_of(view, dims), compute_type(), dnnl::memory::format_tag::any);
  };
  return {any(View::images, shape.x), any(View::filter, shape.filter), any(View::images, shape.y)};
}

const dnnl::convolution_forward::primitive_desc& forward_hint(const ConvolutionShape& shape) {
  return forward_of(shape, false, false).desc;
}

Made convolve(const ConvolutionShape& shape, Operand x, Operand filter, const Operand* bias, bool relu) {
  const Forward& forward = forward_of(shape, bias != nullptr, relu);
  const auto& desc = forward.desc;
  auto y = std::make_unique<Tensor>(View::images, shape.y, desc.dst_desc());
  const Held input = x.as(View::images, desc.src_desc());
  const Held weights = filter.as(View::filter, desc.weights_desc());
  Arguments arguments{
      {DNNL_ARG_SRC, input.memory}, {DNNL_ARG_WEIGHTS, weights.memory}, {DNNL_ARG_DST, y->memory()}};
  if (bias != nullptr) arguments[DNNL_ARG_BIAS] = bias->as_floats().memory;
  run(forward.primitive, desc.scratchpad_desc(), arguments);
  return y;
}

}  // namespace athanor
