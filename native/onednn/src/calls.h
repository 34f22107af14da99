#pragma once

#include <napi.h>

#include <optional>
#include <unordered_map>

#include "operations.h"

/* How JavaScript calls: tensors as numbers, each given with the shape that tfjs has for it at that moment. */
namespace athanor {

using Napi::CallbackInfo;
using Napi::Value;

/** The tensors that JavaScript holds, by the numbers that it knows them by. It says when it lets go of one. */
std::unordered_map<uint32_t, Made>& tensors();

Value handle_of(Napi::Env env, Made made);

/** Reads arguments from the left. */
class CallArguments {
 public:
  explicit CallArguments(const CallbackInfo& info) : info_(info) {}

  /** A handle and its shape. */
  Operand operand();
  /** The same, or null twice. */
  std::optional<Operand> optional_operand();
  Dims dims();
  int64_t integer() { return info_[next_++].As<Napi::Number>().Int64Value(); }
  float number() { return info_[next_++].As<Napi::Number>().FloatValue(); }
  bool flag() { return info_[next_++].As<Napi::Boolean>().Value(); }
  /** [strides], [padding before], [padding after]. */
  seam::Window window();

 private:
  const CallbackInfo& info_;
  size_t next_ = 0;
};

/** Runs `body`, and turns what C++ throws into what JavaScript catches; a lack of memory carries its numbers. */
Value guard(const CallbackInfo& info, Value (*body)(const CallbackInfo&));

template <Value (*Body)(const CallbackInfo&)>
Value guarded(const CallbackInfo& info) {
  return guard(info, Body);
}

inline void add_function(Napi::Object& exports, const char* name, Value (*function)(const CallbackInfo&)) {
  exports.Set(name, Napi::Function::New(exports.Env(), function, name));
}

/** Adds one function for each kernel. */
void add_kernels(Napi::Object& exports);

}  // namespace athanor
