#include "convolution.h"

namespace athanor {

Made convolution_input_gradient(const ConvolutionShape& shape, Operand dy, Operand filter) {
  struct Backward {
    dnnl::convolution_backward_data::primitive_desc desc;
    dnnl::convolution_backward_data primitive;
  };
  const Backward& backward = cached<Backward>(convolution_key("conv-dx", shape), {}, [&] {
    const ConvolutionLayouts any = any_layouts(shape);
    auto desc = seam::convolution_input_gradient(any.x, any.filter, any.y, shape.window, forward_hint(shape));
    return Backward{desc, dnnl::convolution_backward_data(desc)};
  });
  const auto& desc = backward.desc;
  auto dx = std::make_unique<Tensor>(View::images, shape.x, desc.diff_src_desc());
  const Held gradient = dy.as(View::images, desc.diff_dst_desc());
  const Held weights = filter.as(View::filter, desc.weights_desc());
  run(backward.primitive, desc.scratchpad_desc(),
      {{DNNL_ARG_DIFF_DST, gradient.memory}, {DNNL_ARG_WEIGHTS, weights.memory}, {DNNL_ARG_DIFF_SRC, dx->memory()}});
  return dx;
}

Made convolution_filter_gradient(const ConvolutionShape& shape, Operand x, Operand dy) {
  struct Backward {
    dnnl::convolution_backward_weights::primitive_desc desc;
    dnnl::convolution_backward_weights primitive;
  };
  const Backward& backward = cached<Backward>(convolution_key("conv-dw", shape), {}, [&] {
    const ConvolutionLayouts any = any_layouts(shape);
    const Desc sums(dims_of(View::filter, shape.filter), DataType::f32, dnnl::memory::format_tag::any);
    auto desc = seam::convolution_filter_gradient(any.x, sums, any.y, shape.window, forward_hint(shape));
    return Backward{desc, dnnl::convolution_backward_weights(desc)};
  });
  const auto& desc = backward.desc;
  auto dfilter = std::make_unique<Tensor>(View::filter, shape.filter, desc.diff_weights_desc());
  const Held input = input_of_step(x, desc.src_desc());
  const Held gradient = dy.as(View::images, desc.diff_dst_desc());
  run(backward.primitive, desc.scratchpad_desc(),
      {{DNNL_ARG_SRC, input.memory}, {DNNL_ARG_DIFF_DST, gradient.memory}, {DNNL_ARG_DIFF_WEIGHTS, dfilter->memory()}});
  return dfilter;
}

}  // namespace athanor
