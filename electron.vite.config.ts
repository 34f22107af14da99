import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'

/** Programs that Electron, plain Node or another of them starts by name, so their files keep their names. */
const programs = {
  index: 'src/main/index.ts',
  server: 'src/main/server/index.ts',
  cli: 'src/main/cli/index.ts',
  trainer: 'src/trainer/entry.ts',
  verifier: 'src/trainer/verifier-entry.ts',
  imaging: 'src/imaging/entry.ts',
  'pixel-thread': 'src/imaging/pixel-threads/pixel-thread.ts',
}

export default defineConfig({
  main: {
    build: {
      // Native modules and wasm files must stay where npm put them, the optional ones too where they are there at all.
      externalizeDeps: { include: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-backend-webgpu', 'webgpu'] },
      rolldownOptions: {
        input: programs,
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can load nothing, so it is one CommonJS file with all that it needs.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte()],
    build: {
      rolldownOptions: { input: { index: 'src/renderer/index.html' } },
      // electron-vite leaves pages as they were written; half as much to read is a quicker start.
      minify: true,
      // A data: URL would need an exception in the content security policy.
      assetsInlineLimit: 0,
      // Its shim fetches chunks by itself; every browser that runs the page preloads modules.
      modulePreload: { polyfill: false },
    },
  },
})
