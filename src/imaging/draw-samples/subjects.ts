import type { DrawSubject } from './compose-picture.ts'
import { drawFish } from './subjects/fish.ts'
import { drawHouse } from './subjects/house.ts'
import { drawKey } from './subjects/key.ts'
import { drawLeaf } from './subjects/leaf.ts'
import { drawMug } from './subjects/mug.ts'
import { drawMushroom } from './subjects/mushroom.ts'
import { drawTree } from './subjects/tree.ts'
import { drawUmbrella } from './subjects/umbrella.ts'

/** One class of the sample set. */
export interface Subject {
  readonly className: string
  readonly draw: DrawSubject
  /** Hues in degrees that most of its pictures have; as in life, colour helps and does not decide. */
  readonly hues: readonly [from: number, to: number]
}

/** Some resemble each other on purpose: mushroom and umbrella, leaf and fish, tree and leaf. */
export const subjects: readonly Subject[] = [
  { className: 'fish', draw: drawFish, hues: [170, 235] },
  { className: 'house', draw: drawHouse, hues: [5, 50] },
  { className: 'key', draw: drawKey, hues: [38, 58] },
  { className: 'leaf', draw: drawLeaf, hues: [70, 140] },
  { className: 'mug', draw: drawMug, hues: [190, 290] },
  { className: 'mushroom', draw: drawMushroom, hues: [345, 385] },
  { className: 'tree', draw: drawTree, hues: [95, 165] },
  { className: 'umbrella', draw: drawUmbrella, hues: [270, 350] },
]
