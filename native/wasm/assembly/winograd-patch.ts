import { ceilDivide } from './arithmetic'
import { argument } from './threads'

/**
 * The arguments are those of `winogradProduct`.
 *
 * Finds the 4x4 pixels of a patch, laid out with zeros in `border` where the image ends, and transforms them.
 */
export function transformPatch(index: i32, planes: usize, planeBytes: usize, border: usize): void {
  const height = <i32>argument(3)
  const width = <i32>argument(4)
  const across = ceilDivide(<i32>argument(10), 2)
  const down = ceilDivide(<i32>argument(9), 2)
  const x = (index % across) * 2 - <i32>argument(8)
  const y = ((index / across) % down) * 2 - <i32>argument(7)
  const pixelBytes = argument(6) << 2
  const rowBytes = <usize>width * pixelBytes
  const image = argument(0) + <usize>(index / (across * down)) * height * rowBytes
  if (x >= 0 && y >= 0 && x + 4 <= width && y + 4 <= height) {
    transformInputs(image + <usize>y * rowBytes + <usize>x * pixelBytes, rowBytes, pixelBytes, planes, planeBytes)
    return
  }
  memory.fill(border, 0, pixelBytes << 4)
  const left = max(x, 0)
  const bytes = <usize>max(0, min(x + 4, width) - left) * pixelBytes
  for (let row = max(y, 0); row < min(y + 4, height); row++) {
    const target = border + <usize>((row - y) * 4 + left - x) * pixelBytes
    memory.copy(target, image + <usize>row * rowBytes + <usize>left * pixelBytes, bytes)
  }
  transformInputs(border, pixelBytes << 2, pixelBytes, planes, planeBytes)
}

/** B^T d B, four channels at a time. */
function transformInputs(pixels: usize, rowBytes: usize, pixelBytes: usize, planes: usize, planeBytes: usize): void {
  const second = pixels + rowBytes
  const third = second + rowBytes
  const fourth = third + rowBytes
  for (let offset: usize = 0; offset < pixelBytes; offset += 16) {
    const at1 = offset + pixelBytes
    const at2 = at1 + pixelBytes
    const at3 = at2 + pixelBytes
    const d00 = v128.load(pixels + offset)
    const d10 = v128.load(second + offset)
    const d20 = v128.load(third + offset)
    const d30 = v128.load(fourth + offset)
    const e00 = f32x4.sub(d00, d20)
    const e10 = f32x4.add(d10, d20)
    const e20 = f32x4.sub(d20, d10)
    const e30 = f32x4.sub(d10, d30)
    const d01 = v128.load(pixels + at1)
    const d11 = v128.load(second + at1)
    const d21 = v128.load(third + at1)
    const d31 = v128.load(fourth + at1)
    const e01 = f32x4.sub(d01, d21)
    const e11 = f32x4.add(d11, d21)
    const e21 = f32x4.sub(d21, d11)
    const e31 = f32x4.sub(d11, d31)
    const d02 = v128.load(pixels + at2)
    const d12 = v128.load(second + at2)
    const d22 = v128.load(third + at2)
    const d32 = v128.load(fourth + at2)
    const e02 = f32x4.sub(d02, d22)
    const e12 = f32x4.add(d12, d22)
    const e22 = f32x4.sub(d22, d12)
    const e32 = f32x4.sub(d12, d32)
    const d03 = v128.load(pixels + at3)
    const d13 = v128.load(second + at3)
    const d23 = v128.load(third + at3)
    const d33 = v128.load(fourth + at3)
    const e03 = f32x4.sub(d03, d23)
    const e13 = f32x4.add(d13, d23)
    const e23 = f32x4.sub(d23, d13)
    const e33 = f32x4.sub(d13, d33)
    let to = planes + offset
    storeRow(to, planeBytes, e00, e01, e02, e03)
    to += planeBytes << 2
    storeRow(to, planeBytes, e10, e11, e12, e13)
    to += planeBytes << 2
    storeRow(to, planeBytes, e20, e21, e22, e23)
    to += planeBytes << 2
    storeRow(to, planeBytes, e30, e31, e32, e33)
  }
}

function storeRow(to: usize, planeBytes: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, f32x4.sub(a, c))
  v128.store(to + planeBytes, f32x4.add(b, c))
  v128.store(to + planeBytes * 2, f32x4.sub(c, b))
  v128.store(to + planeBytes * 3, f32x4.sub(b, d))
}
