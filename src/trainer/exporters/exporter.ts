import type { ExportFormat } from '../../shared/domain/export.ts'
import type { LoadedModel } from '../load-model.ts'

/** One format to export to. */
export interface Exporter {
  readonly format: ExportFormat
  /** Writes the model and code that uses it into an empty folder. */
  write(model: LoadedModel, folder: string): Promise<void>
  /** What the files are and how to use them, in Markdown without a title. */
  describe(model: LoadedModel): string
}

/** An export opened by the library that it is made for, in a process that has seen nothing of the trainer. */
export interface ExportRuntime {
  /** Name and version of the library. */
  readonly name: string
  /** Pixels [count, cropPx, cropPx, 3], 8 bits, to probabilities [count, classes]. */
  fromPixels(pixels: Uint8Array, count: number): Promise<Float32Array>
  /**
   * A picture as it lies on the disk to probabilities; decoding and resizing are part of it. Null where it is gone by
   * now, or so large that holding it in 32-bit numbers could exhaust the memory.
   */
  fromFile(file: string): Promise<Float32Array | null>
}

export type OpenRuntime = (folder: string) => Promise<ExportRuntime>
