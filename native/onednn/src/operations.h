#pragma once

#include "seam.h"
#include "tensor.h"

/* One operation of tfjs each; shapes are those of tfjs. What is returned belongs to the caller. */
namespace athanor {

using Made = std::unique_ptr<Tensor>;

struct ConvolutionShape {
  Dims x;       // [n, h, w, c]
  Dims filter;  // [h, w, in, out]
  Dims y;       // [n, h, w, out]
  seam::Window window;
};

/** What a convolution does in the same pass, in inference. */
struct AfterConvolution {
  /** [out], or null. */
  const Operand* bias = nullptr;
  /** Added to the result, [n, h, w, out], or null. */
  const Operand* residual = nullptr;
  /** The residual is not needed again: the result may take its memory. */
  bool takes_residual = false;
  bool relu = false;
};
Made convolve(const ConvolutionShape& shape, Operand x, Operand filter, const AfterConvolution& after);
Made convolution_input_gradient(const ConvolutionShape& shape, Operand dy, Operand filter);
/** Float32, whatever the activations are in. */
Made convolution_filter_gradient(const ConvolutionShape& shape, Operand x, Operand dy);

struct NormalisedBatch {
  Made y;
  Made mean;
  Made variance;
  Made inverse_deviation;
};
/** Ioffe and Szegedy 2015, with the ReLU after it where wanted. */
NormalisedBatch batch_norm(Operand x, Operand gamma, Operand beta, float epsilon, bool relu);

struct BatchNormGradient {
  Made dx;
  Made dgamma;
  Made dbeta;
};
/** `y` where a ReLU came after: the output of `batch_norm`, which remembers where it was positive. */
BatchNormGradient batch_norm_gradient(
    Operand dy, Operand x, Operand gamma, Operand mean, Operand inverse_deviation, const Operand* y);

struct PoolingShape {
  Dims x;
  Dims y;
  Dims kernel;
  seam::Window window;
};
Made max_pool(const PoolingShape& shape, Operand x);
Made max_pool_gradient(const PoolingShape& shape, Operand dy, Operand x, Operand y);

/** On all threads where there are many. */
void copy_floats(const float* from, float* to, size_t count);

/** Means over height and width: [n, h, w, c] to [n, c]. */
Made spatial_mean(Operand x);
/** The same values at every place: [n, 1, 1, c] to [n, h, w, c], in the type that activations are computed in. */
Made spread(Operand x, int64_t height, int64_t width);

/** Of two tensors of one shape. */
Made add(Operand a, Operand b, bool relu);
Made relu(Operand x);
/** dy where y > 0. */
Made relu_gradient(Operand dy, Operand y);

struct Matrices {
  int64_t batch_a, batch_b, rows, depth, columns;
  bool flip_a, flip_b;
};
Made multiply_matrices(const Matrices& sizes, Operand a, Operand b);

/** x times a factor for each entry of its last axis. */
Made scale_columns(Operand x, Operand factors);
/** Over the last axis; the logarithm of it where wanted. */
Made softmax(Operand x, bool logarithm);

struct SgdNumbers {
  float learning_rate, gradient_scale, weight_decay, momentum;
};
/** torch.optim.SGD: changes the parameter and, where there is one, the momentum buffer in place. */
void sgd_update(Operand parameter, Operand gradient, const Operand* momentum_buffer, const SgdNumbers& numbers);

}  // namespace athanor
