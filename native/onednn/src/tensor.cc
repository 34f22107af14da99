#include "tensor.h"

#include <stdexcept>

namespace athanor {

size_t count_of(const Dims& shape) {
  size_t count = 1;
  for (const int64_t size : shape) count *= static_cast<size_t>(size);
  return count;
}

DataType layout_type(const Desc& layout) {
#if DNNL_VERSION_MAJOR >= 3
  return layout.get_data_type();
#else
  return layout.data_type();
#endif
}

Dims dims_of(View view, const Dims& shape) {
  switch (view) {
    case View::images:
      return {shape[0], shape[3], shape[1], shape[2]};
    case View::filter:
      return {shape[3], shape[2], shape[0], shape[1]};
    case View::plain:
      return {static_cast<int64_t>(count_of(shape))};
  }
  return shape;
}

Desc plain_desc(View view, const Dims& shape) {
  using Tag = dnnl::memory::format_tag;
  const Tag tag = view == View::images ? Tag::nhwc : view == View::filter ? Tag::hwio : Tag::a;
  return Desc(dims_of(view, shape), DataType::f32, tag);
}

void reorder(const dnnl::memory& from, const dnnl::memory& to) {
  const Desc from_desc = from.get_desc();
  const Desc to_desc = to.get_desc();
  struct Made {
    dnnl::reorder primitive;
    Desc scratch;
  };
  const Made& made = cached<Made>("reorder", {from_desc, to_desc}, [&] {
    const dnnl::reorder::primitive_desc desc(engine(), from_desc, engine(), to_desc, attributes());
    return Made{dnnl::reorder(desc), desc.scratchpad_desc()};
  });
  run(made.primitive, made.scratch, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

Tensor::Tensor(size_t count)
    : view_(View::plain), desc_(plain_desc(View::plain, {static_cast<int64_t>(count)})), held_(hold(desc_)) {}

Tensor::Tensor(View view, Dims shape, Desc desc)
    : view_(view), shape_(std::move(shape)), desc_(std::move(desc)), held_(hold(desc_)) {}

Tensor::Tensor(View view, Dims shape, Held held)
    : view_(view), shape_(std::move(shape)), desc_(held.memory.get_desc()), held_(std::move(held)) {}

void Tensor::make_plain() {
  if (view_ == View::plain) return;
  const Desc wanted = plain_desc(view_, shape_);
  if (desc_ != wanted) {
    Held plain = hold(wanted);
    reorder(held_.memory, plain.memory);
    held_ = std::move(plain);
  }
  desc_ = plain_desc(View::plain, shape_);
  held_.memory = dnnl::memory(desc_, engine(), held_.buffer->address());
  view_ = View::plain;
  copies_.clear();
}

void Tensor::adopt(View view, const Dims& shape, const Desc& layout) {
  if (view_ == view && shape == shape_ && desc_ == layout) return;
  Held adopted = as(view, shape, layout);
  view_ = view;
  shape_ = shape;
  desc_ = layout;
  held_ = std::move(adopted);
  copies_.clear();
}

Desc Tensor::desc_as(View view, const Dims& shape) {
  if (held_.buffer == nullptr) throw std::logic_error("a tensor is used after its memory was given up");
  if (view_ == view && (view == View::plain || shape == shape_)) return desc_;
  make_plain();
  return plain_desc(view, shape);
}

Held Tensor::as(View view, const Dims& shape, const Desc& wanted, bool keeps_copy) {
  const Desc have = desc_as(view, shape);
  const Held mine{held_.buffer, dnnl::memory(have, engine(), held_.buffer->address())};
  if (have == wanted) return mine;
  for (const Held& copy : copies_) {
    if (copy.memory.get_desc() == wanted) return copy;
  }
  Held copy = hold(wanted);
  reorder(mine.memory, copy.memory);
  if (keeps_copy) copies_.push_back(copy);
  return copy;
}

}  // namespace athanor
