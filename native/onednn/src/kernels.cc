#include "calls.h"

/* One function of JavaScript for each operation; src/trainer/devices/onednn/addon.ts says what each is given. */
namespace athanor {
namespace {

const Operand* pointer_to(const std::optional<Operand>& operand) { return operand ? &*operand : nullptr; }

ConvolutionShape convolution_shape(CallArguments& args) {
  Dims x = args.dims(), filter = args.dims(), y = args.dims();
  return {x, filter, y, args.window()};
}

PoolingShape pooling_shape(CallArguments& args) {
  Dims x = args.dims(), y = args.dims(), kernel = args.dims();
  return {x, y, kernel, args.window()};
}

Value conv2d(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand(), filter = args.operand();
  const auto bias = args.optional_operand(), residual = args.optional_operand();
  AfterConvolution after;
  after.bias = pointer_to(bias);
  after.residual = pointer_to(residual);
  after.takes_residual = args.flag();
  after.relu = args.flag();
  return handle_of(info.Env(), convolve(convolution_shape(args), x, filter, after));
}

Value conv2d_input_gradient(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand dy = args.operand(), filter = args.operand();
  return handle_of(info.Env(), convolution_input_gradient(convolution_shape(args), dy, filter));
}

Value conv2d_filter_gradient(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand(), dy = args.operand();
  return handle_of(info.Env(), convolution_filter_gradient(convolution_shape(args), x, dy));
}

Value array_of(Napi::Env env, std::initializer_list<Made*> tensors) {
  auto array = Napi::Array::New(env, tensors.size());
  uint32_t index = 0;
  for (Made* tensor : tensors) array[index++] = handle_of(env, std::move(*tensor));
  return array;
}

Value batch_norm_train(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand(), gamma = args.operand(), beta = args.operand();
  const float epsilon = args.number();
  NormalisedBatch result = batch_norm(x, gamma, beta, epsilon, args.flag());
  return array_of(info.Env(), {&result.y, &result.mean, &result.variance, &result.inverse_deviation});
}

Value batch_norm_train_gradient(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand dy = args.operand(), x = args.operand(), gamma = args.operand(), mean = args.operand();
  const Operand inverse_deviation = args.operand();
  const auto y = args.optional_operand();
  BatchNormGradient result = batch_norm_gradient(dy, x, gamma, mean, inverse_deviation, pointer_to(y));
  return array_of(info.Env(), {&result.dx, &result.dgamma, &result.dbeta});
}

Value max_pool_forward(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand();
  return handle_of(info.Env(), max_pool(pooling_shape(args), x));
}

Value max_pool_backward(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand dy = args.operand(), x = args.operand(), y = args.operand();
  return handle_of(info.Env(), max_pool_gradient(pooling_shape(args), dy, x, y));
}

Value mean_over_places(const CallbackInfo& info) {
  CallArguments args(info);
  return handle_of(info.Env(), spatial_mean(args.operand()));
}

Value spread_over_places(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand();
  const int64_t height = args.integer();
  return handle_of(info.Env(), spread(x, height, args.integer()));
}

Value add_alike(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand a = args.operand(), b = args.operand();
  return handle_of(info.Env(), add(a, b, args.flag()));
}

Value relu_of(const CallbackInfo& info) {
  CallArguments args(info);
  return handle_of(info.Env(), relu(args.operand()));
}

Value relu_gradient_of(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand dy = args.operand(), y = args.operand();
  return handle_of(info.Env(), relu_gradient(dy, y));
}

Value mat_mul(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand a = args.operand(), b = args.operand();
  Matrices sizes{};
  sizes.batch_a = args.integer();
  sizes.batch_b = args.integer();
  sizes.rows = args.integer();
  sizes.depth = args.integer();
  sizes.columns = args.integer();
  sizes.flip_a = args.flag();
  sizes.flip_b = args.flag();
  return handle_of(info.Env(), multiply_matrices(sizes, a, b));
}

Value scale_last_axis(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand(), factors = args.operand();
  return handle_of(info.Env(), scale_columns(x, factors));
}

Value softmax_of(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand x = args.operand();
  return handle_of(info.Env(), softmax(x, args.flag()));
}

Value sgd(const CallbackInfo& info) {
  CallArguments args(info);
  const Operand parameter = args.operand(), gradient = args.operand();
  const auto momentum_buffer = args.optional_operand();
  SgdNumbers numbers{};
  numbers.learning_rate = args.number();
  numbers.gradient_scale = args.number();
  numbers.weight_decay = args.number();
  numbers.momentum = args.number();
  sgd_update(parameter, gradient, pointer_to(momentum_buffer), numbers);
  return info.Env().Undefined();
}

}  // namespace

void add_kernels(Napi::Object& exports) {
  add_function(exports, "conv2d", guarded<conv2d>);
  add_function(exports, "conv2dInputGradient", guarded<conv2d_input_gradient>);
  add_function(exports, "conv2dFilterGradient", guarded<conv2d_filter_gradient>);
  add_function(exports, "batchNorm", guarded<batch_norm_train>);
  add_function(exports, "batchNormGradient", guarded<batch_norm_train_gradient>);
  add_function(exports, "maxPool", guarded<max_pool_forward>);
  add_function(exports, "maxPoolGradient", guarded<max_pool_backward>);
  add_function(exports, "spatialMean", guarded<mean_over_places>);
  add_function(exports, "spread", guarded<spread_over_places>);
  add_function(exports, "add", guarded<add_alike>);
  add_function(exports, "relu", guarded<relu_of>);
  add_function(exports, "reluGradient", guarded<relu_gradient_of>);
  add_function(exports, "matMul", guarded<mat_mul>);
  add_function(exports, "scaleLastAxis", guarded<scale_last_axis>);
  add_function(exports, "softmax", guarded<softmax_of>);
  add_function(exports, "sgdUpdate", guarded<sgd>);
}

}  // namespace athanor
