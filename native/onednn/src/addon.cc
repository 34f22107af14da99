#include <napi.h>

#include <cstring>
#include <new>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "operations.h"

/* What JavaScript sees: tensors as numbers, each given with the shape that tfjs has for it at that moment. */
namespace athanor {
namespace {

using Napi::CallbackInfo;
using Napi::Value;

/** The tensors that JavaScript holds, by the numbers that it knows them by. It says when it lets go of one. */
std::unordered_map<uint32_t, Made>& tensors() {
  static auto* const all = new std::unordered_map<uint32_t, Made>();
  return *all;
}

Value handle_of(Napi::Env env, Made made) {
  static uint32_t last = 0;
  tensors().emplace(++last, std::move(made));
  return Napi::Number::New(env, last);
}

Dims dims_from(const Value& value) {
  const auto array = value.As<Napi::Array>();
  Dims dims(array.Length());
  for (uint32_t index = 0; index < array.Length(); ++index)
    dims[index] = Value(array[index]).As<Napi::Number>().Int64Value();
  return dims;
}

/** Reads arguments from the left. */
class Arguments {
 public:
  explicit Arguments(const CallbackInfo& info) : info_(info) {}

  /** A handle and its shape. */
  Operand operand() {
    const auto found = tensors().find(info_[next_++].As<Napi::Number>().Uint32Value());
    if (found == tensors().end()) throw std::logic_error("a tensor is used after it was disposed");
    return {found->second.get(), dims_from(info_[next_++])};
  }
  /** The same, or null twice. */
  std::optional<Operand> optional_operand() {
    if (!info_[next_].IsNull()) return operand();
    next_ += 2;
    return std::nullopt;
  }
  Dims dims() { return dims_from(info_[next_++]); }
  int64_t integer() { return info_[next_++].As<Napi::Number>().Int64Value(); }
  float number() { return info_[next_++].As<Napi::Number>().FloatValue(); }
  bool flag() { return info_[next_++].As<Napi::Boolean>().Value(); }

  /** [strides], [padding before], [padding after]. */
  seam::Window window() {
    Dims strides = dims(), before = dims(), after = dims();
    return {strides, before, after};
  }

 private:
  const CallbackInfo& info_;
  size_t next_ = 0;
};

/** `size_bytes` is 0 where nobody knows how much was asked for. */
Napi::Error lack_of_memory(Napi::Env env, size_t size_bytes) {
  auto error = Napi::Error::New(env, "out of memory");
  error.Set("sizeBytes", Napi::Number::New(env, static_cast<double>(size_bytes)));
  error.Set("inUseBytes", Napi::Number::New(env, static_cast<double>(pool_use().in_use_bytes)));
  return error;
}

/** Turns what C++ throws into what JavaScript catches; a lack of memory carries its numbers. */
template <Value (*Body)(const CallbackInfo&)>
Value guarded(const CallbackInfo& info) {
  try {
    return Body(info);
  } catch (const OutOfMemory& lack) {
    throw lack_of_memory(info.Env(), lack.size_bytes);
  } catch (const std::bad_alloc&) {
    throw lack_of_memory(info.Env(), 0);
  } catch (const dnnl::error& failure) {
    if (failure.status == dnnl_out_of_memory) throw lack_of_memory(info.Env(), 0);
    throw Napi::Error::New(info.Env(), std::string("oneDNN: ") + failure.message);
  } catch (const std::exception& failure) {
    throw Napi::Error::New(info.Env(), failure.what());
  }
}

const Operand* pointer_to(const std::optional<Operand>& operand) { return operand ? &*operand : nullptr; }

ConvolutionShape convolution_shape(Arguments& args) {
  Dims x = args.dims(), filter = args.dims(), y = args.dims();
  return {x, filter, y, args.window()};
}

PoolingShape pooling_shape(Arguments& args) {
  Dims x = args.dims(), y = args.dims(), kernel = args.dims();
  return {x, y, kernel, args.window()};
}

Value start(const CallbackInfo& info) {
  Arguments args(info);
  set_threads(static_cast<int>(args.integer()));
  set_compute_type(args.flag() ? DataType::bf16 : DataType::f32);
  set_memory_limit(static_cast<size_t>(args.integer()));
  return info.Env().Undefined();
}

Value describe(const CallbackInfo& info) {
  const dnnl_version_t* version = dnnl_version();
  auto found = Napi::Object::New(info.Env());
  found.Set("version", std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                           std::to_string(version->patch));
#if defined(__x86_64__)
  found.Set("isFast", static_cast<bool>(__builtin_cpu_supports("avx2")));
  const auto isa = dnnl::get_effective_cpu_isa();
  found.Set("hasBfloat16", isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx);
#else
  found.Set("isFast", true);
  found.Set("hasBfloat16", false);
#endif
  return found;
}

Value upload(const CallbackInfo& info) {
  const auto values = info[0].As<Napi::Float32Array>();
  auto tensor = std::make_unique<Tensor>(values.ElementLength());
  copy_floats(values.Data(), tensor->floats(), values.ElementLength());
  return handle_of(info.Env(), std::move(tensor));
}

/** Into an array that JavaScript made, because V8 ends the process where there is no memory for one made here. */
Value read(const CallbackInfo& info) {
  Arguments args(info);
  const Operand operand = args.operand();
  auto values = info[2].As<Napi::Float32Array>();
  if (values.ElementLength() != count_of(operand.shape)) throw std::logic_error("a tensor is read into another size");
  const Held plain = operand.as_floats();
  std::memcpy(values.Data(), plain.buffer->address(), values.ByteLength());
  return info.Env().Undefined();
}

Value release(const CallbackInfo& info) {
  tensors().erase(info[0].As<Napi::Number>().Uint32Value());
  return info.Env().Undefined();
}

Value memory(const CallbackInfo& info) {
  const auto [in_use_bytes, kept_bytes] = pool_use();
  auto use = Napi::Object::New(info.Env());
  use.Set("inUseBytes", static_cast<double>(in_use_bytes));
  use.Set("keptBytes", static_cast<double>(kept_bytes));
  return use;
}

Value stop(const CallbackInfo& info) {
  tensors().clear();
  forget_primitives();
  empty_pool();
  return info.Env().Undefined();
}

Value conv2d(const CallbackInfo& info) {
  Arguments args(info);
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
  Arguments args(info);
  const Operand dy = args.operand(), filter = args.operand();
  return handle_of(info.Env(), convolution_input_gradient(convolution_shape(args), dy, filter));
}

Value conv2d_filter_gradient(const CallbackInfo& info) {
  Arguments args(info);
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
  Arguments args(info);
  const Operand x = args.operand(), gamma = args.operand(), beta = args.operand();
  const float epsilon = args.number();
  NormalisedBatch result = batch_norm(x, gamma, beta, epsilon, args.flag());
  return array_of(info.Env(), {&result.y, &result.mean, &result.variance, &result.inverse_deviation});
}

Value batch_norm_train_gradient(const CallbackInfo& info) {
  Arguments args(info);
  const Operand dy = args.operand(), x = args.operand(), gamma = args.operand(), mean = args.operand();
  const Operand inverse_deviation = args.operand();
  const auto y = args.optional_operand();
  BatchNormGradient result = batch_norm_gradient(dy, x, gamma, mean, inverse_deviation, pointer_to(y));
  return array_of(info.Env(), {&result.dx, &result.dgamma, &result.dbeta});
}

Value max_pool_forward(const CallbackInfo& info) {
  Arguments args(info);
  const Operand x = args.operand();
  return handle_of(info.Env(), max_pool(pooling_shape(args), x));
}

Value max_pool_backward(const CallbackInfo& info) {
  Arguments args(info);
  const Operand dy = args.operand(), x = args.operand(), y = args.operand();
  return handle_of(info.Env(), max_pool_gradient(pooling_shape(args), dy, x, y));
}

Value mean_over_places(const CallbackInfo& info) {
  Arguments args(info);
  return handle_of(info.Env(), spatial_mean(args.operand()));
}

Value spread_over_places(const CallbackInfo& info) {
  Arguments args(info);
  const Operand x = args.operand();
  const int64_t height = args.integer();
  return handle_of(info.Env(), spread(x, height, args.integer()));
}

Value add_alike(const CallbackInfo& info) {
  Arguments args(info);
  const Operand a = args.operand(), b = args.operand();
  return handle_of(info.Env(), add(a, b, args.flag()));
}

Value relu_of(const CallbackInfo& info) {
  Arguments args(info);
  return handle_of(info.Env(), relu(args.operand()));
}

Value relu_gradient_of(const CallbackInfo& info) {
  Arguments args(info);
  const Operand dy = args.operand(), y = args.operand();
  return handle_of(info.Env(), relu_gradient(dy, y));
}

Value mat_mul(const CallbackInfo& info) {
  Arguments args(info);
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
  Arguments args(info);
  const Operand x = args.operand(), factors = args.operand();
  return handle_of(info.Env(), scale_columns(x, factors));
}

Value softmax_of(const CallbackInfo& info) {
  Arguments args(info);
  const Operand x = args.operand();
  return handle_of(info.Env(), softmax(x, args.flag()));
}

Value sgd(const CallbackInfo& info) {
  Arguments args(info);
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

Napi::Object init(Napi::Env env, Napi::Object exports) {
  const auto add_function = [&](const char* name, Value (*function)(const CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add_function("start", guarded<start>);
  add_function("describe", guarded<describe>);
  add_function("upload", guarded<upload>);
  add_function("read", guarded<read>);
  add_function("release", guarded<release>);
  add_function("memory", guarded<memory>);
  add_function("stop", guarded<stop>);
  add_function("conv2d", guarded<conv2d>);
  add_function("conv2dInputGradient", guarded<conv2d_input_gradient>);
  add_function("conv2dFilterGradient", guarded<conv2d_filter_gradient>);
  add_function("batchNorm", guarded<batch_norm_train>);
  add_function("batchNormGradient", guarded<batch_norm_train_gradient>);
  add_function("maxPool", guarded<max_pool_forward>);
  add_function("maxPoolGradient", guarded<max_pool_backward>);
  add_function("spatialMean", guarded<mean_over_places>);
  add_function("spread", guarded<spread_over_places>);
  add_function("add", guarded<add_alike>);
  add_function("relu", guarded<relu_of>);
  add_function("reluGradient", guarded<relu_gradient_of>);
  add_function("matMul", guarded<mat_mul>);
  add_function("scaleLastAxis", guarded<scale_last_axis>);
  add_function("softmax", guarded<softmax_of>);
  add_function("sgdUpdate", guarded<sgd>);
  return exports;
}

}  // namespace
}  // namespace athanor

Napi::Object init_athanor_onednn(Napi::Env env, Napi::Object exports) { return athanor::init(env, exports); }

NODE_API_MODULE(athanor_onednn, init_athanor_onednn)
