#include "convolution.h"

namespace athanor {
namespace {

struct Forward {
  dnnl::convolution_forward::primitive_desc desc;
  dnnl::convolution_forward primitive;
};

const Forward& forward_of(const ConvolutionShape& shape, bool has_bias, bool adds, bool relu) {
  const auto key = convolution_key("conv", shape, {has_bias, adds, relu});
  return cached<Forward>(key, {}, [&] {
    dnnl::primitive_attr attr = attributes();
    dnnl::post_ops after;
    if (adds) after.append_sum(1.0f);
    if (relu) append_relu(after);
    attr.set_post_ops(after);
    const Desc bias = plain_desc(View::plain, {shape.filter[3]});
    const ConvolutionLayouts any = any_layouts(shape);
    auto desc = seam::convolution_forward(any.x, any.filter, has_bias ? &bias : nullptr, any.y, shape.window, attr);
    return Forward{desc, dnnl::convolution_forward(desc)};
  });
}

/** Where a convolution adds its result to the residual: there, or in a copy of it. */
Made sum_of(const AfterConvolution& after, const ConvolutionShape& shape, const Desc& layout, const Tensor* input) {
  const Operand& residual = *after.residual;
  const bool fits = residual.desc_as(View::images) == layout && residual.tensor != input;
  if (after.takes_residual && fits)
    return std::make_unique<Tensor>(View::images, shape.y, residual.tensor->give_up());
  auto sum = std::make_unique<Tensor>(View::images, shape.y, layout);
  reorder(residual.as(View::images, residual.desc_as(View::images)).memory, sum->memory());
  return sum;
}

}  // namespace

Held input_of_step(const Operand& x, const Desc& wanted) {
  return x.tensor->is_plain() ? x.as_kept(View::images, wanted) : x.as(View::images, wanted);
}

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
  return forward_of(shape, false, false, false).desc;
}

Made convolve(const ConvolutionShape& shape, Operand x, Operand filter, const AfterConvolution& after) {
  const Forward& forward = forward_of(shape, after.bias != nullptr, after.residual != nullptr, after.relu);
  const auto& desc = forward.desc;
  Made y = after.residual == nullptr ? std::make_unique<Tensor>(View::images, shape.y, desc.dst_desc())
                                     : sum_of(after, shape, desc.dst_desc(), x.tensor);
  const bool is_inference = after.bias != nullptr;
  const Held input = is_inference ? x.as(View::images, desc.src_desc()) : input_of_step(x, desc.src_desc());
  const Held weights = is_inference ? filter.as_kept(View::filter, desc.weights_desc())
                                    : filter.as(View::filter, desc.weights_desc());
  Arguments arguments{
      {DNNL_ARG_SRC, input.memory}, {DNNL_ARG_WEIGHTS, weights.memory}, {DNNL_ARG_DST, y->memory()}};
  if (after.bias != nullptr) arguments[DNNL_ARG_BIAS] = after.bias->as_floats().memory;
  run(forward.primitive, desc.scratchpad_desc(), arguments);
  return y;
}

}  // namespace athanor
