import type { ExportFormat } from '../../shared/domain/export.ts'
import type { ExportRuntime } from './exporter.ts'

/** Opens an export in its runtime; loaded on demand, because one process needs one of them. */
export async function openRuntime(format: ExportFormat, folder: string): Promise<ExportRuntime> {
  switch (format) {
    case 'onnx':
      return (await import('./onnx/onnx-runtime.ts')).openOnnxRuntime(folder)
    case 'tfjs':
      return (await import('./tfjs/tfjs-runtime.ts')).openTfjsRuntime(folder)
    case 'safetensors':
      return (await import('./safetensors/safetensors-runtime.ts')).openSafetensorsRuntime(folder)
  }
}
