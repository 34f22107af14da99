#include "seam.h"

#if DNNL_VERSION_MAJOR >= 3

namespace athanor::seam {

dnnl::convolution_forward::primitive_desc convolution_forward(
    const Desc& x, const Desc& filter, const Desc* bias, const Desc& y, const Window& window,
    const dnnl::primitive_attr& attr) {
  using Forward = dnnl::convolution_forward::primitive_desc;
  const auto& [strides, before, after] = window;
  return bias == nullptr ? Forward(engine(), prop_kind::forward_training, algorithm::convolution_auto, x, filter, y,
                                   strides, before, after, attr)
                         : Forward(engine(), prop_kind::forward_inference, algorithm::convolution_auto, x, filter, *bias,
                                   y, strides, before, after, attr);
}

dnnl::convolution_backward_data::primitive_desc convolution_input_gradient(
    const Desc& dx, const Desc& filter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {engine(), algorithm::convolution_auto, dx, filter, dy, window.strides, window.padding_before,
          window.padding_after, forward, attributes()};
}

dnnl::convolution_backward_weights::primitive_desc convolution_filter_gradient(
    const Desc& x, const Desc& dfilter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward) {
  return {engine(), algorithm::convolution_auto, x, dfilter, dy, window.strides, window.padding_before,
          window.padding_after, forward, attributes()};
}

dnnl::batch_normalization_forward::primitive_desc batch_norm_forward(
    const Desc& x, float epsilon, dnnl::normalization_flags flags) {
  return {engine(), prop_kind::forward_training, x, x, epsilon, flags, attributes()};
}

dnnl::batch_normalization_backward::primitive_desc batch_norm_backward(
    const Desc& dy, const Desc& x, float epsilon, dnnl::normalization_flags flags,
    const dnnl::batch_normalization_forward::primitive_desc& forward) {
  return {engine(), prop_kind::backward, x, dy, x, epsilon, flags, forward, attributes()};
}

dnnl::pooling_forward::primitive_desc max_pool_forward(
    const Desc& x, const Desc& y, const Dims& kernel, const Window& window) {
  return {engine(), prop_kind::forward_training, algorithm::pooling_max, x, y, window.strides, kernel, Dims{0, 0},
          window.padding_before, window.padding_after, attributes()};
}

dnnl::pooling_backward::primitive_desc max_pool_backward(
    const Desc& dx, const Desc& dy, const Dims& kernel, const Window& window,
    const dnnl::pooling_forward::primitive_desc& forward) {
  return {engine(), algorithm::pooling_max, dx, dy, window.strides, kernel, Dims{0, 0}, window.padding_before,
          window.padding_after, forward, attributes()};
}

dnnl::eltwise_forward::primitive_desc relu_forward(const Desc& x) {
  return {engine(), prop_kind::forward_training, algorithm::eltwise_relu_use_dst_for_bwd, x, x, 0.0f, attributes()};
}

dnnl::eltwise_backward::primitive_desc relu_backward(const Desc& dy, const Desc& y) {
  return {engine(), algorithm::eltwise_relu_use_dst_for_bwd, dy, dy, y, 0.0f, relu_forward(y), attributes()};
}

dnnl::binary::primitive_desc add(const Desc& a, const Desc& b, const Desc& y, const dnnl::primitive_attr& attr) {
  return {engine(), algorithm::binary_add, a, b, y, attr};
}

dnnl::matmul::primitive_desc matmul(const Desc& a, const Desc& b, const Desc& y) {
  return {engine(), a, b, y, attributes()};
}

}  // namespace athanor::seam

#endif
