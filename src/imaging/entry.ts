import { imaging } from '../shared/contract/imaging.ts'
import { serveParent } from '../shared/rpc/serve-parent.ts'
import { drawSamples } from './draw-samples/draw-samples.ts'
import { examineFile } from './examine.ts'
import { takeTurn } from './loader-gate.ts'
import { renderPicture } from './render-picture.ts'

/** The imaging process. It may die of a hostile file; core starts another and that file is lost, nothing else. */
serveParent(
  { imaging },
  {
    imaging: {
      examine: ({ file, thumbnailPx }) => takeTurn('reading', () => examineFile(file, { thumbnailPx })),
      render: (request) => takeTurn('reading', () => renderPicture(request)),
      drawSamples,
    },
  },
  process,
)
