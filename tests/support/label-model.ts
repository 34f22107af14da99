import type { LabelOrigin } from '../../src/shared/domain/label.ts'

export interface ModelLabel {
  readonly className: string
  readonly origin: LabelOrigin
}

export interface ModelState {
  /** Colours by class name, in the order of their making. */
  readonly classes: ReadonlyMap<string, number>
  readonly labels: ReadonlyMap<number, ModelLabel>
}

const emptyState: ModelState = { classes: new Map(), labels: new Map() }

/** Labels, classes and a history as anyone would write them down: a stack of whole states. */
export class LabelModel {
  private past: ModelState[] = []
  private future: ModelState[] = []
  state: ModelState = emptyState

  edit(change: (state: { classes: Map<string, number>; labels: Map<number, ModelLabel> }) => void): void {
    const next = { classes: new Map(this.state.classes), labels: new Map(this.state.labels) }
    change(next)
    if (JSON.stringify(plain(next)) === JSON.stringify(plain(this.state))) return
    this.past.push(this.state)
    this.future = []
    this.state = next
  }

  undo(): boolean {
    const before = this.past.pop()
    if (before === undefined) return false
    this.future.push(this.state)
    this.state = before
    return true
  }

  redo(): boolean {
    const after = this.future.pop()
    if (after === undefined) return false
    this.past.push(this.state)
    this.state = after
    return true
  }

  get undoable(): number {
    return this.past.length
  }
}

export function plain({ classes, labels }: ModelState): unknown {
  return {
    classes: [...classes],
    labels: [...labels].sort(([a], [b]) => a - b).map(([id, { className, origin }]) => [id, className, origin]),
  }
}
