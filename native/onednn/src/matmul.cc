#include "operations.h"

namespace athanor {

Made multiply_matrices(const Matrices& sizes, Operand a, Operand b) {
  struct Product {
    Desc a, b, y;
    dnnl::matmul::primitive_desc desc;
    dnnl::matmul primitive;
  };
  const auto& [batch_a, batch_b, rows, depth, columns, flip_a, flip_b] = sizes;
  const int64_t batch = std::max(batch_a, batch_b);
  const auto key = key_of("matmul", {}, {batch_a, batch_b, rows, depth, columns, flip_a, flip_b});
  const Product& product = cached<Product>(key, {}, [&, &sizes = sizes] {
    const auto& s = sizes;
    const Desc first({s.batch_a, s.rows, s.depth}, DataType::f32,
                     Dims{s.rows * s.depth, s.flip_a ? 1 : s.depth, s.flip_a ? s.rows : 1});
    const Desc second({s.batch_b, s.depth, s.columns}, DataType::f32,
                      Dims{s.depth * s.columns, s.flip_b ? 1 : s.columns, s.flip_b ? s.depth : 1});
    const Desc result({std::max(s.batch_a, s.batch_b), s.rows, s.columns}, DataType::f32,
                      Dims{s.rows * s.columns, s.columns, 1});
    auto desc = seam::matmul(first, second, result);
    return Product{first, second, result, desc, dnnl::matmul(desc)};
  });
  auto y = std::make_unique<Tensor>(static_cast<size_t>(batch * rows * columns));
  const Held first = a.as_floats();
  const Held second = b.as_floats();
  run(product.primitive, product.desc.scratchpad_desc(),
      {{DNNL_ARG_SRC, dnnl::memory(product.a, engine(), first.buffer->address())},
       {DNNL_ARG_WEIGHTS, dnnl::memory(product.b, engine(), second.buffer->address())},
       {DNNL_ARG_DST, dnnl::memory(product.y, engine(), y->address())}});
  return y;
}

}  // namespace athanor
