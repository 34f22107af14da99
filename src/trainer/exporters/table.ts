import type { ExportFormat } from '../../shared/domain/export.ts'
import type { Exporter } from './exporter.ts'
import { onnxExporter } from './onnx/onnx-exporter.ts'
import { safetensorsExporter } from './safetensors/safetensors-exporter.ts'
import { tfjsExporter } from './tfjs/tfjs-exporter.ts'

/** Every format has one; a new format is a new line here, in the domain and in `open-runtime.ts`. */
export const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  onnx: onnxExporter,
  tfjs: tfjsExporter,
  safetensors: safetensorsExporter,
}
