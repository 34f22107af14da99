#pragma once

#include "runtime.h"

/*
 * What differs between oneDNN 2.6 (operation descriptors of their own) and 3 (primitive descriptors from the engine at
 * once). Everything else is the same in both, and knows of one of them only.
 */
namespace athanor::seam {

using dnnl::algorithm;
using dnnl::prop_kind;

/** oneDNN 2.6 asks for the shift of a normalisation in its gradient too, without reading it; 3 refuses it. */
constexpr bool kNormGradientTakesShift = DNNL_VERSION_MAJOR < 3;

struct Window {
  Dims strides;
  Dims padding_before;
  Dims padding_after;
};

dnnl::convolution_forward::primitive_desc convolution_forward(
    const Desc& x, const Desc& filter, const Desc* bias, const Desc& y, const Window& window,
    const dnnl::primitive_attr& attr);
dnnl::convolution_backward_data::primitive_desc convolution_input_gradient(
    const Desc& dx, const Desc& filter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward);
dnnl::convolution_backward_weights::primitive_desc convolution_filter_gradient(
    const Desc& x, const Desc& dfilter, const Desc& dy, const Window& window,
    const dnnl::convolution_forward::primitive_desc& forward);

dnnl::batch_normalization_forward::primitive_desc batch_norm_forward(
    const Desc& x, float epsilon, dnnl::normalization_flags flags);
dnnl::batch_normalization_backward::primitive_desc batch_norm_backward(
    const Desc& dy, const Desc& x, float epsilon, dnnl::normalization_flags flags,
    const dnnl::batch_normalization_forward::primitive_desc& forward);

dnnl::pooling_forward::primitive_desc max_pool_forward(
    const Desc& x, const Desc& y, const Dims& kernel, const Window& window);
dnnl::pooling_backward::primitive_desc max_pool_backward(
    const Desc& dx, const Desc& dy, const Dims& kernel, const Window& window,
    const dnnl::pooling_forward::primitive_desc& forward);

dnnl::eltwise_forward::primitive_desc relu_forward(const Desc& x);
dnnl::eltwise_backward::primitive_desc relu_backward(const Desc& dy, const Desc& y);
dnnl::binary::primitive_desc add(const Desc& a, const Desc& b, const Desc& y, const dnnl::primitive_attr& attr);
dnnl::matmul::primitive_desc matmul(const Desc& a, const Desc& b, const Desc& y);

}  // namespace athanor::seam
