import { ClassId, type ImageId } from '../../shared/domain/ids.ts'
import type { Rectangle, ShownGrid } from '../ui/virtual-grid-geometry.ts'
import type { ClickKind, SelectionState } from './selection-state.svelte.ts'
import type { Selection } from './selection.ts'

/** Images that hang on the pointer. */
export interface Carried {
  readonly count: number
  readonly xPx: number
  readonly yPx: number
  /** The class that they would fall on. */
  readonly classId: ClassId | null
}

const farEnoughPx = 5
const edgePx = 36

interface Press {
  readonly clientX: number
  readonly clientY: number
  readonly start: { readonly xPx: number; readonly yPx: number }
  readonly isOnPicture: boolean
  /** Was selected already: only a click that does not become a drag selects it alone. */
  readonly deferred: ImageId | null
  readonly kept: Selection | null
}

/** Click, rubber band, and dragging onto a class. A drag begins on a picture, a band beside one or with a modifier. */
export class GridGestures {
  band = $state.raw<Rectangle | null>(null)
  carried = $state.raw<Carried | null>(null)
  readonly #selection: SelectionState
  readonly #drop: (classId: ClassId) => void
  #press: Press | null = null
  #frame = 0

  constructor(selection: SelectionState, drop: (classId: ClassId) => void) {
    this.#selection = selection
    this.#drop = drop
  }

  press(event: PointerEvent, ground: ShownGrid, id: ImageId | null): void {
    if (event.button !== 0) return
    const isModified = event.shiftKey || event.ctrlKey || event.metaKey
    const isSelected = id !== null && this.#selection.has(id)
    const isDeferred = isSelected && !isModified
    const kept = isModified ? this.#selection.value : null
    if (id !== null && !isDeferred) this.#selection.click(id, kindOf(event))
    if (id === null && !isModified) this.#selection.none()
    if (event.pointerType === 'touch') return
    this.#press = {
      clientX: event.clientX,
      clientY: event.clientY,
      start: ground.toContent(event.clientX, event.clientY),
      isOnPicture: !isModified && event.target instanceof Element && event.target.closest('img') !== null,
      deferred: isDeferred ? id : null,
      kept,
    }
  }

  move(event: PointerEvent, ground: ShownGrid): void {
    const press = this.#press
    if (press === null) return
    const isFar = Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) > farEnoughPx
    if (!isFar && this.band === null && this.carried === null) return
    if (!(event.currentTarget instanceof Element)) return
    event.currentTarget.setPointerCapture(event.pointerId)
    if (press.isOnPicture) this.#carry(event)
    else this.#stretch(event, ground, event.currentTarget.getBoundingClientRect())
  }

  release(): void {
    const { carried, band } = this
    const deferred = this.#press?.deferred ?? null
    this.cancel()
    if (carried?.classId != null) this.#drop(carried.classId)
    else if (carried === null && band === null && deferred !== null) this.#selection.only(deferred)
  }

  cancel(): void {
    cancelAnimationFrame(this.#frame)
    this.#press = null
    this.band = null
    this.carried = null
  }

  #carry(event: PointerEvent): void {
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest('[data-drop-class]')
    const classId = ClassId.safeParse(Number(target?.getAttribute('data-drop-class')))
    this.carried = {
      count: this.#selection.count,
      xPx: event.clientX,
      yPx: event.clientY,
      classId: classId.success ? classId.data : null,
    }
  }

  #stretch(pointer: { clientX: number; clientY: number }, ground: ShownGrid, box: DOMRect): void {
    const press = this.#press
    if (press === null) return
    const { clientX, clientY } = pointer
    const now = ground.toContent(clientX, clientY)
    const rectangle = {
      leftPx: Math.min(press.start.xPx, now.xPx),
      topPx: Math.min(press.start.yPx, now.yPx),
      rightPx: Math.max(press.start.xPx, now.xPx),
      bottomPx: Math.max(press.start.yPx, now.yPx),
    }
    this.band = rectangle
    this.#selection.band(press.kept, ground.indicesWithin(rectangle))
    cancelAnimationFrame(this.#frame)
    const beyondPx =
      clientY < box.top + edgePx ? clientY - box.top - edgePx : Math.max(clientY - box.bottom + edgePx, 0)
    if (beyondPx === 0) return
    // The band goes on growing while the pointer rests at the edge.
    this.#frame = requestAnimationFrame(() => {
      ground.scrollBy(beyondPx / 2)
      this.#stretch({ clientX, clientY }, ground, box)
    })
  }
}

function kindOf(event: PointerEvent): ClickKind {
  const isToggle = event.ctrlKey || event.metaKey
  if (event.shiftKey) return isToggle ? 'range-added' : 'range'
  return isToggle ? 'toggle' : 'plain'
}
