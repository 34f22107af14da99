#include <cmath>

#include "operations.h"

namespace athanor {
namespace {

using dnnl::normalization_flags;

struct Forward {
  dnnl::batch_normalization_forward::primitive_desc desc;
  dnnl::batch_normalization_forward primitive;
};

normalization_flags flags_of(bool relu) {
  const auto flags = normalization_flags::use_scale | normalization_flags::use_shift;
  return relu ? flags | normalization_flags::fuse_norm_relu : flags;
}

const Forward& forward_of(const Desc& layout, float epsilon, bool relu) {
  const auto key = key_of("norm", {}, {relu, static_cast<int64_t>(std::lround(epsilon * 1e12))});
  return cached<Forward>(key, {layout}, [&] {
    auto desc = seam::batch_norm_forward(layout, epsilon, flags_of(relu));
    return Forward{desc, dnnl::batch_normalization_forward(desc)};
  });
}

struct Backward {
  dnnl::batch_normalization_backward::primitive_desc desc;
  dnnl::batch_normalization_backward primitive;
};

/** Any serves that is not 0, over which the channels that a layout is filled up with would become NaN. */
constexpr float kEpsilon = 1e-5f;

const Backward& backward_of(const Desc& layout, bool relu) {
  return cached<Backward>(key_of("norm-gradient", {}, {relu}), {layout}, [&] {
    auto desc = seam::batch_norm_backward(layout, layout, kEpsilon, flags_of(relu),
                                          forward_of(layout, kEpsilon, relu).desc);
    return Backward{desc, dnnl::batch_normalization_backward(desc)};
  });
}

Made vector_of(int64_t channels) { return std::make_unique<Tensor>(static_cast<size_t>(channels)); }

}  // namespace

NormalisedBatch batch_norm(Operand x, Operand gamma, Operand beta, float epsilon, bool relu) {
  const Desc layout = x.desc_as(View::images);
  const int64_t channels = x.shape[3];
  const Forward& forward = forward_of(layout, epsilon, relu);
  NormalisedBatch result{std::make_unique<Tensor>(View::images, x.shape, layout), vector_of(channels),
                         vector_of(channels), vector_of(channels)};
  const Held input = x.as(View::images, layout);
  Arguments arguments{{DNNL_ARG_SRC, input.memory},
                      {DNNL_ARG_DST, result.y->memory()},
                      {DNNL_ARG_SCALE, gamma.as_floats().memory},
                      {DNNL_ARG_SHIFT, beta.as_floats().memory},
                      {DNNL_ARG_MEAN, result.mean->memory()},
                      {DNNL_ARG_VARIANCE, result.variance->memory()}};
  if (relu) {
    result.y->workspace = hold(forward.desc.workspace_desc());
    arguments[DNNL_ARG_WORKSPACE] = result.y->workspace.memory;
  }
  run(forward.primitive, forward.desc.scratchpad_desc(), arguments);
  const float* variance = result.variance->floats();
  float* inverse = result.inverse_deviation->floats();
  for (int64_t channel = 0; channel < channels; ++channel)
    inverse[channel] = static_cast<float>(1.0 / std::sqrt(static_cast<double>(variance[channel]) + epsilon));
  return result;
}

BatchNormGradient batch_norm_gradient(
    Operand dy, Operand x, Operand gamma, Operand mean, Operand inverse_deviation, const Operand* y) {
  const Desc layout = x.desc_as(View::images);
  const int64_t channels = x.shape[3];
  const bool has_mask = y != nullptr && y->tensor->workspace.buffer != nullptr && y->desc_as(View::images) == layout;
  Made masked;
  if (y != nullptr && !has_mask) {
    masked = relu_gradient(dy, *y);
    dy = {masked.get(), dy.shape};
  }
  const Backward& backward = backward_of(layout, has_mask);
  BatchNormGradient result{std::make_unique<Tensor>(View::images, x.shape, layout), vector_of(channels),
                           vector_of(channels)};
  const Made variance = vector_of(channels);
  const Held inverse = inverse_deviation.as_floats();
  const auto* inverses = static_cast<const float*>(inverse.buffer->address());
  for (int64_t channel = 0; channel < channels; ++channel) {
    const double value = inverses[channel];
    variance->floats()[channel] = static_cast<float>(1.0 / (value * value) - kEpsilon);
  }
  const Held input = x.as(View::images, layout);
  const Held gradient = dy.as(View::images, layout);
  const Held scale = gamma.as_floats();
  const Held centre = mean.as_floats();
  Arguments arguments{{DNNL_ARG_SRC, input.memory},           {DNNL_ARG_DIFF_DST, gradient.memory},
                      {DNNL_ARG_SCALE, scale.memory},         {DNNL_ARG_MEAN, centre.memory},
                      {DNNL_ARG_VARIANCE, variance->memory()}, {DNNL_ARG_DIFF_SRC, result.dx->memory()},
                      {DNNL_ARG_DIFF_SCALE, result.dgamma->memory()}, {DNNL_ARG_DIFF_SHIFT, result.dbeta->memory()}};
  if (seam::kNormGradientTakesShift) arguments[DNNL_ARG_SHIFT] = scale.memory;
  if (has_mask) arguments[DNNL_ARG_WORKSPACE] = y->tensor->workspace.memory;
  run(backward.primitive, backward.desc.scratchpad_desc(), arguments);
  return result;
}

}  // namespace athanor
