/** The part of WebAssembly's interface that is used here; TypeScript has it only together with the browser's DOM. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<WasmModule>
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => WasmModule
  readonly Instance: new (module: WasmModule, imports: object) => WasmInstance
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory
}

/** Compiled code; can be posted to a worker thread, which then need not compile it again. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
}

const found: unknown = Reflect.get(globalThis, 'WebAssembly')
export const webAssembly = found as WebAssemblyApi
