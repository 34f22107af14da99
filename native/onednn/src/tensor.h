#pragma once

#include "runtime.h"

namespace athanor {

/**
 * What the dimensions of a layout mean. tfjs has images as [n, h, w, c] and filters as [h, w, in, out]; oneDNN has them as
 * n, c, h, w and out, in, h, w, with the order in memory apart.
 */
enum class View { plain, images, filter };

/** Row-major float32 in the shape of tfjs, as a view. */
Desc plain_desc(View view, const Dims& shape);

/** The dimensions of a shape of tfjs, as a view has them. */
Dims dims_of(View view, const Dims& shape);

/** A tensor in whatever layout the primitive that made it preferred. */
class Tensor {
 public:
  /** Row-major float32 of so many values; its shape is what each user says. */
  explicit Tensor(size_t count);
  Tensor(View view, Dims shape, Desc desc);
  /** Of memory that is there. */
  Tensor(View view, Dims shape, Held held);

  bool is_plain() const { return view_ == View::plain; }
  View view() const { return view_; }
  const Desc& desc() const { return desc_; }
  void* address() const { return held_.buffer->address(); }
  float* floats() { return static_cast<float*>(address()); }
  /** As a primitive of the tensor's own layout takes it. */
  const dnnl::memory& memory() const { return held_.memory; }

  /** Puts the tensor into row-major float32, where it is not. */
  void make_plain();
  /** Puts the tensor into a layout of float32 for good, where it is not in it. */
  void adopt(View view, const Dims& shape, const Desc& layout);
  /** The layout in which a user of this view and shape finds it; makes it plain where it was made for another. */
  Desc desc_as(View view, const Dims& shape);
  /** The tensor in the wanted layout: itself, or a reordered copy, which it may keep until it changes. */
  Held as(View view, const Dims& shape, const Desc& wanted, bool keeps_copy = false);
  /** After its values were changed in place. */
  void forget_copies() { copies_.clear(); }

  /** Its memory, for a tensor that takes its place; it must not be used again. */
  Held give_up() { return std::move(held_); }

  /** What max pooling and the ReLU of a normalisation remember for their gradients. */
  Held workspace;

 private:
  View view_;
  Dims shape_;
  Desc desc_;
  Held held_;
  std::vector<Held> copies_;
};

/** A tensor and the shape in which tfjs sees it at this moment. */
struct Operand {
  Tensor* tensor;
  Dims shape;

  Desc desc_as(View view) const { return tensor->desc_as(view, shape); }
  Held as(View view, const Desc& wanted) const { return tensor->as(view, shape, wanted); }
  /** For weights that many batches are computed with; those of a training step change before they are wanted again. */
  Held as_kept(View view, const Desc& wanted) const { return tensor->as(view, shape, wanted, true); }
  Held as_floats() const { return as(View::plain, plain_desc(View::plain, shape)); }
};

size_t count_of(const Dims& shape);

DataType layout_type(const Desc& layout);

void reorder(const dnnl::memory& from, const dnnl::memory& to);

}  // namespace athanor
