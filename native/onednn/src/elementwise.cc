#include "convolution.h"

namespace athanor {
namespace {

/** Images where one of them is kept as such, else rows of plain numbers. */
View common_view(const Operand& a, const Operand& b) {
  const bool are_images = a.shape.size() == 4 && !(a.tensor->is_plain() && b.tensor->is_plain());
  return are_images && a.tensor->view() != View::filter && b.tensor->view() != View::filter ? View::images : View::plain;
}

}  // namespace

Made add(Operand a, Operand b, bool relu) {
  struct Addition {
    dnnl::binary::primitive_desc desc;
    dnnl::binary primitive;
  };
  const bool are_filters =
      a.tensor->view() == View::filter && b.tensor->view() == View::filter && a.shape.size() == 4;
  const View view = are_filters ? View::filter : common_view(a, b);
  // The layout of one that is not plain serves both.
  const Desc layout = a.tensor->is_plain() && view != View::plain ? b.desc_as(view) : a.desc_as(view);
  const Addition& addition = cached<Addition>(key_of("add", {}, {relu}), {layout}, [&] {
    dnnl::primitive_attr attr = attributes();
    if (relu) {
      dnnl::post_ops after;
      append_relu(after);
      attr.set_post_ops(after);
    }
    auto desc = seam::add(layout, layout, layout, attr);
    return Addition{desc, dnnl::binary(desc)};
  });
  auto y = view == View::plain ? std::make_unique<Tensor>(count_of(a.shape))
                               : std::make_unique<Tensor>(view, a.shape, layout);
  const Held first = a.as(view, layout);
  const Held second = b.as(view, layout);
  run(addition.primitive, addition.desc.scratchpad_desc(),
      {{DNNL_ARG_SRC_0, first.memory}, {DNNL_ARG_SRC_1, second.memory}, {DNNL_ARG_DST, y->memory()}});
  return y;
}

Made relu(Operand x) {
  struct Forward {
    dnnl::eltwise_forward::primitive_desc desc;
    dnnl::eltwise_forward primitive;
  };
  const View view = x.tensor->view() == View::images && x.shape.size() == 4 ? View::images : View::plain;
  const Desc layout = x.desc_as(view);
  const Forward& forward = cached<Forward>("relu", {layout}, [&] {
    auto desc = seam::relu_forward(layout);
    return Forward{desc, dnnl::eltwise_forward(desc)};
  });
  auto y = view == View::plain ? std::make_unique<Tensor>(count_of(x.shape))
                               : std::make_unique<Tensor>(view, x.shape, layout);
  const Held input = x.as(view, layout);
  run(forward.primitive, forward.desc.scratchpad_desc(), {{DNNL_ARG_SRC, input.memory}, {DNNL_ARG_DST, y->memory()}});
  return y;
}

Made relu_gradient(Operand dy, Operand y) {
  struct Backward {
    dnnl::eltwise_backward::primitive_desc desc;
    dnnl::eltwise_backward primitive;
  };
  const View view = common_view(y, dy);
  const Desc layout = y.tensor->is_plain() && view != View::plain ? dy.desc_as(view) : y.desc_as(view);
  const Backward& backward = cached<Backward>("relu-gradient", {layout}, [&] {
    auto desc = seam::relu_backward(layout, layout);
    return Backward{desc, dnnl::eltwise_backward(desc)};
  });
  auto dx = view == View::plain ? std::make_unique<Tensor>(count_of(y.shape))
                                : std::make_unique<Tensor>(view, y.shape, layout);
  const Held output = y.as(view, layout);
  const Held gradient = dy.as(view, layout);
  run(backward.primitive, backward.desc.scratchpad_desc(),
      {{DNNL_ARG_DST, output.memory}, {DNNL_ARG_DIFF_DST, gradient.memory}, {DNNL_ARG_DIFF_SRC, dx->memory()}});
  return dx;
}

}  // namespace athanor
