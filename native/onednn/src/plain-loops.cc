#include <algorithm>
#include <cmath>

#include "operations.h"

/* Passes over row-major float32 that oneDNN has no primitive for, or none that is worth its set-up. */
namespace athanor {

void copy_floats(const float* from, float* to, size_t count) {
  constexpr int64_t kAtOnce = int64_t{1} << 18;
  const auto total = static_cast<int64_t>(count);
#pragma omp parallel for if (total > kAtOnce)
  for (int64_t start = 0; start < total; start += kAtOnce)
    std::copy_n(from + start, std::min(kAtOnce, total - start), to + start);
}

Made spatial_mean(Operand x) {
  const Desc layout = plain_desc(View::images, x.shape);
  const Held input = x.as(View::images, layout);
  const auto* values = static_cast<const float*>(input.buffer->address());
  const int64_t images = x.shape[0], places = x.shape[1] * x.shape[2], channels = x.shape[3];
  auto y = std::make_unique<Tensor>(static_cast<size_t>(images * channels));
  float* means = y->floats();
  const float share = 1.0f / static_cast<float>(places);
#pragma omp parallel for
  for (int64_t image = 0; image < images; ++image) {
    float* mean = means + image * channels;
    const float* row = values + image * places * channels;
    std::fill(mean, mean + channels, 0.0f);
    for (int64_t place = 0; place < places; ++place, row += channels)
      for (int64_t channel = 0; channel < channels; ++channel) mean[channel] += row[channel];
    for (int64_t channel = 0; channel < channels; ++channel) mean[channel] *= share;
  }
  return y;
}

Made spread(Operand x, int64_t height, int64_t width) {
  const int64_t images = x.shape[0], channels = x.shape[3], places = height * width;
  const Held input = x.as_floats();
  const auto* values = static_cast<const float*>(input.buffer->address());
  const Dims shape{images, height, width, channels};
  auto y = std::make_unique<Tensor>(View::images, shape, plain_desc(View::images, shape));
  float* out = y->floats();
#pragma omp parallel for
  for (int64_t image = 0; image < images; ++image)
    for (int64_t place = 0; place < places; ++place)
      std::copy_n(values + image * channels, channels, out + (image * places + place) * channels);
  return y;
}

Made scale_columns(Operand x, Operand factors) {
  const int64_t columns = x.shape.back();
  const auto rows = static_cast<int64_t>(count_of(x.shape)) / columns;
  const Held input = x.as_floats();
  const Held by = factors.as_floats();
  const auto* values = static_cast<const float*>(input.buffer->address());
  const auto* scale = static_cast<const float*>(by.buffer->address());
  auto y = std::make_unique<Tensor>(count_of(x.shape));
  float* out = y->floats();
#pragma omp parallel for
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      out[row * columns + column] = values[row * columns + column] * scale[column];
  return y;
}

Made softmax(Operand x, bool logarithm) {
  const int64_t columns = x.shape.back();
  const auto rows = static_cast<int64_t>(count_of(x.shape)) / columns;
  const Held input = x.as_floats();
  const auto* values = static_cast<const float*>(input.buffer->address());
  auto y = std::make_unique<Tensor>(count_of(x.shape));
  float* out = y->floats();
#pragma omp parallel for
  for (int64_t row = 0; row < rows; ++row) {
    const float* from = values + row * columns;
    float* to = out + row * columns;
    const float largest = *std::max_element(from, from + columns);
    double sum = 0;
    for (int64_t column = 0; column < columns; ++column) sum += std::exp(static_cast<double>(from[column] - largest));
    const double log_sum = std::log(sum);
    for (int64_t column = 0; column < columns; ++column) {
      const double logarithmed = from[column] - largest - log_sum;
      to[column] = static_cast<float>(logarithm ? logarithmed : std::exp(logarithmed));
    }
  }
  return y;
}

/** Fewer values are done before another thread has woken. */
constexpr int64_t kWorthWaking = 4096;

void sgd_update(Operand parameter, Operand gradient, const Operand* momentum_buffer, const SgdNumbers& numbers) {
  // Names of their own, which clang wants of what a parallel loop uses.
  const float rate = numbers.learning_rate, scale = numbers.gradient_scale;
  const float decay = numbers.weight_decay, momentum = numbers.momentum;
  // Gradients of filters come in the layout of their primitive. Filters that are reordered for each step anyway take it
  // over, and so need no reorder here.
  const bool is_filter = compute_type() != DataType::f32 && gradient.tensor->view() == View::filter;
  const View view = is_filter ? View::filter : View::plain;
  const Desc layout = is_filter ? gradient.desc_as(view) : plain_desc(view, parameter.shape);
  const Held slope = gradient.as(view, layout);
  parameter.tensor->adopt(view, parameter.shape, layout);
  const auto* slopes = static_cast<const float*>(slope.buffer->address());
  float* values = parameter.tensor->floats();
  const auto count = static_cast<int64_t>(layout.get_size() / sizeof(float));
  if (momentum_buffer == nullptr) {
#pragma omp parallel for simd if (parallel : count > kWorthWaking)
    for (int64_t index = 0; index < count; ++index)
      values[index] -= rate * (scale * slopes[index] + decay * values[index]);
  } else {
    momentum_buffer->tensor->adopt(view, parameter.shape, layout);
    float* velocities = momentum_buffer->tensor->floats();
#pragma omp parallel for simd if (parallel : count > kWorthWaking)
    for (int64_t index = 0; index < count; ++index) {
      const float velocity = momentum * velocities[index] + scale * slopes[index] + decay * values[index];
      velocities[index] = velocity;
      values[index] -= rate * velocity;
    }
  }
  parameter.tensor->forget_copies();
}

}  // namespace athanor
