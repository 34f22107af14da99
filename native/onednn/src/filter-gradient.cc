#include <cstring>
#include <string>

#include "convolution.h"

/*
 * The gradient of a filter. oneDNN's own kernels for it leave the tiles of AMX half empty where an image has few places or
 * the filter strides. There the parts of the images that the filter lay on are written out as the rows of a matrix, and one
 * product gives the gradient (Chellapilla et al. 2006, "High Performance Convolutional Neural Networks for Document
 * Processing").
 */
namespace athanor {
namespace {

struct Backward {
  dnnl::convolution_backward_weights::primitive_desc desc;
  dnnl::convolution_backward_weights primitive;
  bool has_tiles;
};

const Backward& backward_of(const ConvolutionShape& shape) {
  return cached<Backward>(convolution_key("conv-dw", shape), {}, [&] {
    const ConvolutionLayouts any = any_layouts(shape);
    const Desc sums(dims_of(View::filter, shape.filter), DataType::f32, dnnl::memory::format_tag::any);
    auto desc = seam::convolution_filter_gradient(any.x, sums, any.y, shape.window, forward_hint(shape));
    const bool has_tiles =
        compute_type() == DataType::bf16 && std::string(desc.impl_info_str()).find("amx") != std::string::npos;
    return Backward{desc, dnnl::convolution_backward_weights(desc), has_tiles};
  });
}

/** Measured with oneDNN 2.6.3 at 128 to 224 px; with more places, writing the matrix costs what the product saves. */
bool is_faster_as_product(const ConvolutionShape& shape, const Backward& backward) {
  const int64_t places = shape.y[1] * shape.y[2];
  const bool is_striding = shape.window.strides[0] > 1 && shape.filter[2] >= 128;
  return backward.has_tiles && places <= (is_striding ? 14 * 14 : 7 * 7);
}

/** patches^T [height * width * in, places] times gradient [places, out] to sums [height * width * in, out]. */
struct Product {
  Desc patches, gradient, sums;
  dnnl::matmul::primitive_desc desc;
  dnnl::matmul primitive;
};

const Product& product_of(const ConvolutionShape& shape) {
  const int64_t places = shape.y[0] * shape.y[1] * shape.y[2], outputs = shape.filter[3];
  const int64_t inputs = shape.filter[0] * shape.filter[1] * shape.filter[2];
  return cached<Product>(key_of("conv-dw-product", {}, {places, inputs, outputs}), {}, [&] {
    const Desc patches({inputs, places}, DataType::bf16, Dims{1, inputs});
    const Desc gradient({places, outputs}, DataType::bf16, Dims{outputs, 1});
    const Desc sums({inputs, outputs}, DataType::f32, Dims{outputs, 1});
    auto desc = seam::matmul(patches, gradient, sums);
    return Product{patches, gradient, sums, desc, dnnl::matmul(desc)};
  });
}

using BFloat16 = uint16_t;

/** For each place of the output what the filter lay on, [places, height * width * in]; nothing beyond the edge. */
void write_patches(const ConvolutionShape& shape, const BFloat16* images, BFloat16* patches) {
  const Dims& strides = shape.window.strides;
  const Dims& before = shape.window.padding_before;
  const int64_t height = shape.x[1], width = shape.x[2], channels = shape.x[3];
  const int64_t down = shape.y[1], along = shape.y[2];
  const int64_t rows = shape.y[0] * down, row_size = along * shape.filter[0] * shape.filter[1] * channels;
  const size_t size_bytes = static_cast<size_t>(channels) * sizeof(BFloat16);
#pragma omp parallel for
  for (int64_t row = 0; row < rows; ++row) {
    const BFloat16* image = images + row / down * height * width * channels;
    BFloat16* to = patches + row * row_size;
    for (int64_t column = 0; column < along; ++column) {
      for (int64_t i = 0; i < shape.filter[0]; ++i) {
        const int64_t y = row % down * strides[0] + i - before[0];
        for (int64_t j = 0; j < shape.filter[1]; ++j, to += channels) {
          const int64_t x = column * strides[1] + j - before[1];
          const bool is_inside = y >= 0 && x >= 0 && y < height && x < width;
          if (is_inside) std::memcpy(to, image + (y * width + x) * channels, size_bytes);
          else std::memset(to, 0, size_bytes);
        }
      }
    }
  }
}

dnnl::memory memory_at(const Desc& desc, const Held& held) {
  return dnnl::memory(desc, engine(), held.buffer->address());
}

void multiply_patches(const ConvolutionShape& shape, const Operand& x, const Operand& dy, const dnnl::memory& dfilter) {
  const auto by_place = [](const Dims& dims) {
    return Desc(dims_of(View::images, dims), DataType::bf16, dnnl::memory::format_tag::nhwc);
  };
  const Product& product = product_of(shape);
  const Held images = input_of_step(x, by_place(shape.x));
  const Held gradient = dy.as(View::images, by_place(shape.y));
  const Held patches = hold(product.patches);
  write_patches(shape, static_cast<const BFloat16*>(images.buffer->address()),
                static_cast<BFloat16*>(patches.buffer->address()));
  const Held sums = hold(product.sums);
  run(product.primitive, product.desc.scratchpad_desc(),
      {{DNNL_ARG_SRC, patches.memory},
       {DNNL_ARG_WEIGHTS, memory_at(product.gradient, gradient)},
       {DNNL_ARG_DST, sums.memory}});
  reorder(memory_at(plain_desc(View::filter, shape.filter), sums), dfilter);
}

}  // namespace

Made convolution_filter_gradient(const ConvolutionShape& shape, Operand x, Operand dy) {
  const Backward& backward = backward_of(shape);
  const auto& desc = backward.desc;
  auto dfilter = std::make_unique<Tensor>(View::filter, shape.filter, desc.diff_weights_desc());
  if (is_faster_as_product(shape, backward)) {
    multiply_patches(shape, x, dy, dfilter->memory());
    return dfilter;
  }
  const Held input = input_of_step(x, desc.src_desc());
  const Held gradient = dy.as(View::images, desc.diff_dst_desc());
  run(backward.primitive, desc.scratchpad_desc(),
      {{DNNL_ARG_SRC, input.memory}, {DNNL_ARG_DIFF_DST, gradient.memory}, {DNNL_ARG_DIFF_WEIGHTS, dfilter->memory()}});
  return dfilter;
}

}  // namespace athanor
