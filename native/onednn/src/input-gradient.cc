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

}  // namespace athanor
