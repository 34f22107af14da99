import sharp from 'sharp'

/**
 * sharp as everything here uses it. Loaders are named one by one, for bytes in memory only: whatever a file claims to
 * be, no other decoder can be reached.
 */
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

export { sharp }
