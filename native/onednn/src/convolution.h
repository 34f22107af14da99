#pragma once

#include "operations.h"

namespace athanor {

/** Says everything of a convolution that its primitives depend on. */
std::string convolution_key(const char* name, const ConvolutionShape& shape, std::vector<int64_t> numbers = {});

struct ConvolutionLayouts {
  Desc x, filter, y;
};
/** The layouts are the primitive's to choose. */
ConvolutionLayouts any_layouts(const ConvolutionShape& shape);

/** What oneDNN wants to know when it makes a gradient. */
const dnnl::convolution_forward::primitive_desc& forward_hint(const ConvolutionShape& shape);

/** The images that JavaScript gives keep their layout for the gradient that wants them again. */
Held input_of_step(const Operand& x, const Desc& wanted);

inline void append_relu(dnnl::post_ops& after) {
#if DNNL_VERSION_MAJOR >= 3
  after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#else
  after.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
#endif
}

}  // namespace athanor
