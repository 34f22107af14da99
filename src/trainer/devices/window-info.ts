import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core'

/** A convolution over [image, y, x, channel], as `tf.backend_util.computeConv2DInfo` describes it. */
export type Convolution = backend_util.Conv2DInfo
/** The same of a pooling. */
export type Pooling = backend_util.Conv2DInfo

type Shape4D = [number, number, number, number]

/** Null for what our kernels leave out: dilation and channels first. */
export function convolutionOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: NamedAttrMap,
): Convolution | null {
  // tfjs's types of kernel attributes are wider than what its operations put there.
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs as unknown as {
    strides: number | [number, number]
    pad: 'same' | 'valid' | number
    dilations?: number | [number, number]
    dimRoundingMode?: 'floor' | 'round' | 'ceil'
    dataFormat?: 'NHWC' | 'NCHW'
  }
  if (dataFormat === 'NCHW') return null
  const convolution = backend_util.computeConv2DInfo(
    [...inputShape] as Shape4D,
    [...filterShape] as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  )
  return convolution.dilationHeight === 1 && convolution.dilationWidth === 1 ? convolution : null
}

/** Null for dilated windows, which our kernel leaves out. */
export function poolingOf(shape: readonly number[], attrs: NamedAttrMap): Pooling | null {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as {
    filterSize: number | [number, number]
    strides: number | [number, number]
    pad: 'same' | 'valid' | number
    dimRoundingMode?: 'floor' | 'round' | 'ceil'
  }
  const pooling = backend_util.computePool2DInfo([...shape] as Shape4D, filterSize, strides, 1, pad, dimRoundingMode)
  return pooling.dilationHeight === 1 && pooling.dilationWidth === 1 ? pooling : null
}
