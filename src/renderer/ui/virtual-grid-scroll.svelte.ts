import { ScrollPace } from './scroll-pace.ts'
import { positionAt, scrolled, topOfGrid, type GridLayout, type GridPosition } from './virtual-grid-geometry.ts'

const stillAfterMs = 700
/** Without another step for so long it rests, and what is in sight is drawn. */
const restAfterMs = 100

/** Where a grid is scrolled to, kept in step with the element that scrolls. */
export class GridScroll {
  position = $state.raw<GridPosition>(topOfGrid)
  /** From a scroll bar that is dragged, say: nobody can read the pictures then. */
  isMovingFast = $state(false)
  /** So fast that nothing is in sight long enough to be drawn: see ScrollPace. */
  isPassing = $state(false)
  /** Where cells are drawn: the place itself, or while passing the last place before that. */
  drawnOffsetPx = $state(0)
  readonly offsetPx = $derived(this.position.offsetPx)
  /** What the rows are moved by, so that they lie where the element is scrolled to. */
  readonly shiftPx = $derived(this.position.scrollTopPx - this.position.offsetPx)
  element: HTMLElement | null = null
  #stillTimer: ReturnType<typeof setTimeout> | undefined
  #restTimer: ReturnType<typeof setTimeout> | undefined
  readonly #pace = new ScrollPace()
  #before: GridLayout | null = null

  moveTo(layout: GridLayout, offsetPx: number): void {
    this.position = positionAt(layout, offsetPx)
    this.#rest()
    if (this.element !== null) this.element.scrollTop = this.position.scrollTopPx
  }

  /** After the browser has scrolled. */
  follow(layout: GridLayout): void {
    const before = this.position
    if (this.element === null || this.element.scrollTop === before.scrollTopPx) return
    this.position = scrolled(layout, before, this.element.scrollTop)
    if (Math.abs(this.position.offsetPx - before.offsetPx) > layout.viewportPx / 2) this.isMovingFast = true
    const { offsetPx } = this.position
    this.isPassing = this.#pace.step(frameMs(), offsetPx, layout.viewportPx)
    if (!this.isPassing) this.drawnOffsetPx = offsetPx
    clearTimeout(this.#restTimer)
    if (this.isPassing) this.#restTimer = setTimeout(() => this.#rest(), restAfterMs)
    clearTimeout(this.#stillTimer)
    this.#stillTimer = setTimeout(() => this.#settle(layout), stillAfterMs)
  }

  /** Other sizes must not lose the place: the active cell, or else the first in sight, stays where it is. */
  relayOut(layout: GridLayout, activeIndex: number | null): void {
    const before = this.#before
    this.#before = layout
    if (before === null || before.rows === 0 || before.viewportPx === 0) return
    if (before.rowPitchPx === layout.rowPitchPx && before.columns === layout.columns) return
    const { offsetPx } = this.position
    const topOf = (index: number, { columns, rowPitchPx }: GridLayout) => Math.floor(index / columns) * rowPitchPx
    const activeTopPx = activeIndex === null ? -1 : topOf(activeIndex, before)
    const isActiveInSight = activeTopPx >= offsetPx && activeTopPx < offsetPx + before.viewportPx
    const kept =
      isActiveInSight && activeIndex !== null
        ? activeIndex
        : Math.max(Math.round(offsetPx / before.rowPitchPx), 0) * before.columns
    const distancePx = isActiveInSight ? activeTopPx - offsetPx : 0
    this.moveTo(layout, topOf(kept, layout) - distancePx)
  }

  close(): void {
    clearTimeout(this.#stillTimer)
    clearTimeout(this.#restTimer)
  }

  #rest(): void {
    this.#pace.rest()
    this.isPassing = false
    this.drawnOffsetPx = this.position.offsetPx
  }

  /** Puts the scroll bar where it belongs after a wheel has moved a very high grid pixel by pixel. */
  #settle(layout: GridLayout): void {
    this.isMovingFast = false
    const { scrollTopPx } = positionAt(layout, this.position.offsetPx)
    if (Math.abs(scrollTopPx - this.position.scrollTopPx) > 1) this.moveTo(layout, this.position.offsetPx)
  }
}

/** When the frame began: on a busy machine its events come later by more or less. */
function frameMs(): number {
  const { currentTime } = document.timeline
  return typeof currentTime === 'number' ? currentTime : performance.now()
}
