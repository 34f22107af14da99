#include "calls.h"

#include <new>
#include <stdexcept>
#include <string>

namespace athanor {
namespace {

Dims dims_from(const Value& value) {
  const auto array = value.As<Napi::Array>();
  Dims dims(array.Length());
  for (uint32_t index = 0; index < array.Length(); ++index)
    dims[index] = Value(array[index]).As<Napi::Number>().Int64Value();
  return dims;
}

/** `size_bytes` is 0 where nobody knows how much was asked for. */
Napi::Error lack_of_memory(Napi::Env env, size_t size_bytes) {
  auto error = Napi::Error::New(env, "out of memory");
  error.Set("sizeBytes", Napi::Number::New(env, static_cast<double>(size_bytes)));
  error.Set("inUseBytes", Napi::Number::New(env, static_cast<double>(pool_use().in_use_bytes)));
  return error;
}

}  // namespace

std::unordered_map<uint32_t, Made>& tensors() {
  static auto* const all = new std::unordered_map<uint32_t, Made>();
  return *all;
}

Value handle_of(Napi::Env env, Made made) {
  static uint32_t last = 0;
  tensors().emplace(++last, std::move(made));
  return Napi::Number::New(env, last);
}

Operand CallArguments::operand() {
  const auto found = tensors().find(info_[next_++].As<Napi::Number>().Uint32Value());
  if (found == tensors().end()) throw std::logic_error("a tensor is used after it was disposed");
  return {found->second.get(), dims_from(info_[next_++])};
}

std::optional<Operand> CallArguments::optional_operand() {
  if (!info_[next_].IsNull()) return operand();
  next_ += 2;
  return std::nullopt;
}

Dims CallArguments::dims() { return dims_from(info_[next_++]); }

seam::Window CallArguments::window() {
  Dims strides = dims(), before = dims(), after = dims();
  return {strides, before, after};
}

Value guard(const CallbackInfo& info, Value (*body)(const CallbackInfo&)) {
  try {
    return body(info);
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

}  // namespace athanor
