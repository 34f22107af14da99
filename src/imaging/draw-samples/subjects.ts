import type { DrawSubject } from './compose-picture.ts'
import { drawFish } from './subjects/fish.ts'
import { drawHouse } from './subjects/house.ts'
import { drawKey } from './subjects/key.ts'
import { drawLeaf } from './subjects/leaf.ts'
import { drawMug } from './subjects/mug.ts'
import { drawMushroom } from './subjects/mushroom.ts'
import { drawTree } from './subjects/tree.ts'
import { drawUmbrella } from './subjects/umbrella.ts'

/** The classes of the sample set. Some resemble each other on purpose: mushroom and umbrella, leaf and fish. */
export const subjects: readonly (readonly [className: string, draw: DrawSubject])[] = [
  ['fish', drawFish],
  ['house', drawHouse],
  ['key', drawKey],
  ['leaf', drawLeaf],
  ['mug', drawMug],
  ['mushroom', drawMushroom],
  ['tree', drawTree],
  ['umbrella', drawUmbrella],
]
