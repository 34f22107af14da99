import type { KeptPictures } from './kept-pictures.ts'
import type { PixelRequest } from './pixel-threads/make-pixels.ts'
import { readInThread } from './pixel-threads/read-in-thread.ts'
import type { Hashed, PixelsRead } from './pixels-read.ts'

/** Reads from the picture where it is kept and its file is as it was then; what is read from a file is taken up. */
export async function readThroughKept(
  request: PixelRequest & { readonly view: Hashed<PixelRequest['view']> },
  pictures: KeptPictures,
): Promise<PixelsRead> {
  const { file, view } = request
  const found = pictures.find(file)
  const picture = found?.contentHash === view.contentHash ? found : null
  const keepUpTo = pictures.room()
  const read = await readInThread(
    request.kind === 'test'
      ? { ...request, picture, view: { ...request.view, keepUpTo } }
      : { ...request, picture, view: { ...request.view, keepUpTo } },
  )
  if (read.state === 'read' && read.kept) pictures.keep(file, read.kept)
  return read
}
