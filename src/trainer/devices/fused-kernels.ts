/**
 * Names and signatures of the kernels that Athanor adds to what tfjs has. A device registers those it has fast; whoever
 * needs one asks `tf.getKernel(name, tf.getBackend())` and composes it from plain operations when it is not there.
 *
 * Activations are [batch, height, width, channels] in float32; per-channel values have shape [channels].
 */
export const fusedKernels = {
  /**
   * Batch normalisation over batch, height and width as torch trains it.
   * Inputs {x, gamma, beta}; attributes {epsilon: number, relu: boolean}.
   * Outputs [y, mean, variance (biased), inverseDeviation = 1 / sqrt(variance + epsilon)]; y after ReLU when asked for.
   */
  batchNormTrain: 'AthanorBatchNormTrain',
  /**
   * Its gradient. Inputs {dy, x, gamma, mean, inverseDeviation} and, when `relu`, {y}; attributes {relu: boolean}.
   * Outputs [dx, dgamma, dbeta].
   */
  batchNormTrainGrad: 'AthanorBatchNormTrainGrad',
  /**
   * activation(convolution of x + bias + residual), for inference. Inputs {x, filter, bias, residual}; attributes those of
   * tfjs's FusedConv2D (activation 'relu' or 'linear') and {overwrites: boolean}: the residual is not needed again, and
   * its tensor may only be disposed. Output y.
   */
  convAdd: 'AthanorConvAdd',
  /** relu(a + b) of two tensors of one shape. Inputs {a, b}; no attributes; output y. */
  addRelu: 'AthanorAddRelu',
  /** dy where y > 0, else 0. Inputs {dy, y}; no attributes; output dx. It serves relu and addRelu alike. */
  reluGrad: 'AthanorReluGrad',
  /**
   * One SGD step as torch takes it: d = gradientScale * gradient + weightDecay * parameter; with momentum,
   * buffer = momentum * buffer + d and d = buffer; parameter -= learningRate * d. Inputs {parameter, gradient} and, when
   * momentum is not 0, {momentumBuffer}; attributes {learningRate, gradientScale, weightDecay, momentum}. Parameter and
   * buffer change IN PLACE (so they must not share their data with another tensor); the output is a scalar that may be
   * disposed at once. Running statistics move by it as well.
   */
  sgdUpdate: 'AthanorSgdUpdate',
} as const
