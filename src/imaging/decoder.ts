import { isMainThread } from 'node:worker_threads'
import sharp from 'sharp'

/**
 * sharp as everything here uses it. Loaders are named one by one, for bytes in memory only: whatever a file claims to
 * be, no other decoder can be reached.
 */
function setUp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadHeifBuffer',
      'VipsForeignLoadTiffBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  })
  // Every file is decoded once: keeping results would only cost memory.
  sharp.cache(false)
  // Several files are decoded at once, one thread each, which wastes less than several threads on one small file.
  sharp.concurrency(1)
}

// libvips keeps these settings per process. A thread that made them again would block every loader for a moment, and
// what another thread decodes just then would count as damaged.
if (isMainThread) setUp()

export { sharp }
