#include "seam.h"

#if DNNL_VERSION_MAJOR < 3

namespace athanor::seam {

dnnl::convolution_forward::primitive_desc convolution_forward(
    const Desc& x, const Desc& filter, const Desc* bias, const Desc& y, const Window& window,
    const dnnl::primitive_attr& attr) {
  using Forward = dnnl::convolution_forward;
  const auto& [strides, before, after] = window;
  const auto desc =
      bias == nullptr
          ? Forward::desc(prop_kind::forward_training, algorithm::convolution_auto, x, filter, y, strides, before, after)
          : Forward::desc(prop_kind::forward_inference, algorithm::convolution_auto, x, filter, *bias, y, strides, before,
                          after);
  return Forward::primitive_desc(desc, attr, engine());
}

dnnl::convolution_backward_data::primitive_desc convolution_input_gradient(
    const Desc& dx, const Desc& filter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward) {
  const dnnl::convolution_backward_data::desc desc(algorithm::convolution_auto, dx, filter, dy, window.strides,
                                                   window.padding_before, window.padding_after);
  return {desc, attributes(), engine(), forward};
}

dnnl::convolution_backward_weights::primitive_desc convolution_filter_gradient(
    const Desc& x, const Desc& dfilter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward) {
  const dnnl::convolution_backward_weights::desc desc(algorithm::convolution_auto, x, dfilter, dy, window.strides,
                                                      window.padding_before, window.padding_after);
  return {desc, attributes(), engine(), forward};
}

dnnl::batch_normalization_forward::primitive_desc batch_norm_forward(
    const Desc& x, float epsilon, dnnl::normalization_flags flags) {
  const dnnl::batch_normalization_forward::desc desc(prop_kind::forward_training, x, epsilon, flags);
  return {desc, attributes(), engine()};
}

dnnl::batch_normalization_backward::primitive_desc batch_norm_backward(
    const Desc& dy, const Desc& x, float epsilon, dnnl::normalization_flags flags,
    const dnnl::batch_normalization_forward::primitive_desc& forward) {
  const dnnl::batch_normalization_backward::desc desc(prop_kind::backward, dy, x, epsilon, flags);
  return {desc, attributes(), engine(), forward};
}

dnnl::pooling_forward::primitive_desc max_pool_forward(
    const Desc& x, const Desc& y, const Dims& kernel, const Window& window) {
  const dnnl::pooling_forward::desc desc(prop_kind::forward_training, algorithm::pooling_max, x, y, window.strides, kernel,
                                         window.padding_before, window.padding_after);
  return {desc, attributes(), engine()};
}

dnnl::pooling_backward::primitive_desc max_pool_backward(
    const Desc& dx, const Desc& dy, const Dims& kernel, const Window& window,
    const dnnl::pooling_forward::primitive_desc& forward) {
  const dnnl::pooling_backward::desc desc(algorithm::pooling_max, dx, dy, window.strides, kernel, window.padding_before,
                                          window.padding_after);
  return {desc, attributes(), engine(), forward};
}

dnnl::eltwise_forward::primitive_desc relu_forward(const Desc& x) {
  const dnnl::eltwise_forward::desc desc(prop_kind::forward_training, algorithm::eltwise_relu_use_dst_for_bwd, x, 0.0f);
  return {desc, attributes(), engine()};
}

dnnl::eltwise_backward::primitive_desc relu_backward(const Desc& dy, const Desc& y) {
  const dnnl::eltwise_backward::desc desc(algorithm::eltwise_relu_use_dst_for_bwd, dy, y, 0.0f);
  return {desc, attributes(), engine(), relu_forward(y)};
}

dnnl::binary::primitive_desc add(const Desc& a, const Desc& b, const Desc& y, const dnnl::primitive_attr& attr) {
  return {dnnl::binary::desc(algorithm::binary_add, a, b, y), attr, engine()};
}

dnnl::matmul::primitive_desc matmul(const Desc& a, const Desc& b, const Desc& y) {
  return {dnnl::matmul::desc(a, b, y), attributes(), engine()};
}

}  // namespace athanor::seam

#endif
