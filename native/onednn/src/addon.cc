#include <cstring>
#include <string>

#include "calls.h"

/* The device as a whole: its start and end, and the way of values into tensors and out. */
namespace athanor {
namespace {

Value start(const CallbackInfo& info) {
  CallArguments args(info);
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
  // Each set of instructions has the bits of those that it contains.
  const auto isa = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  const auto wanted = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  found.Set("hasBfloat16", (isa & wanted) == wanted);
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
  CallArguments args(info);
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

Napi::Object init(Napi::Env, Napi::Object exports) {
  add_function(exports, "start", guarded<start>);
  add_function(exports, "describe", guarded<describe>);
  add_function(exports, "upload", guarded<upload>);
  add_function(exports, "read", guarded<read>);
  add_function(exports, "release", guarded<release>);
  add_function(exports, "memory", guarded<memory>);
  add_function(exports, "stop", guarded<stop>);
  add_kernels(exports);
  return exports;
}

}  // namespace
}  // namespace athanor

Napi::Object init_athanor_onednn(Napi::Env env, Napi::Object exports) { return athanor::init(env, exports); }

NODE_API_MODULE(athanor_onednn, init_athanor_onednn)
