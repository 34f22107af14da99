import type { ExportFormat } from '../../shared/domain/export.ts'
import { m } from '../messages.ts'

/** What a format is called, what it is good for, and where it runs. */
export const formatWords: Readonly<
  Record<ExportFormat, { readonly name: () => string; readonly purpose: () => string; readonly place: () => string }>
> = {
  onnx: { name: m.export_onnx, purpose: m.export_onnx_purpose, place: m.export_onnx_place },
  tfjs: { name: m.export_tfjs, purpose: m.export_tfjs_purpose, place: m.export_tfjs_place },
  safetensors: {
    name: m.export_safetensors,
    purpose: m.export_safetensors_purpose,
    place: m.export_safetensors_place,
  },
}
