import type { LabelOrigin } from '../../src/shared/domain/label.ts'

export interface ModelLabel {
  readonly className: string
  readonly origin: LabelOrigin
}

export interface ModelClass {
  readonly colour: number
  readonly key: string | null
}

export interface ModelState {
  /** By name, in the order of their making. */
  readonly classes: ReadonlyMap<string, ModelClass>
  readonly labels: ReadonlyMap<number, ModelLabel>
  readonly skipped: ReadonlySet<number>
  readonly confirmed: ReadonlySet<number>
  /** The name by which the class goes that a model has predicted; absent where that class is gone. */
  readonly predicted: ReadonlyMap<number, string>
}

/** The state as an edit may change it. */
export interface StateDraft {
  readonly classes: Map<string, ModelClass>
  readonly labels: Map<number, ModelLabel>
  readonly skipped: Set<number>
  readonly confirmed: Set<number>
  readonly predicted: Map<number, string>
}

/** Labels, classes, marks and a history as anyone would write them down: a stack of whole states. */
export class LabelModel {
  private past: ModelState[] = []
  private future: ModelState[] = []
  state: ModelState

  constructor(initial: ModelState) {
    this.state = initial
  }

  edit(change: (state: StateDraft) => void, isRenaming = false): void {
    const { classes, labels, skipped, confirmed, predicted } = this.state
    const next = {
      classes: new Map(classes),
      labels: new Map(labels),
      skipped: new Set(skipped),
      confirmed: new Set(confirmed),
      predicted: new Map(predicted),
    }
    change(next)
    // Whatever kind of edit it was: what was called right is the label that was there, under whichever name.
    const isSame = (one: ModelLabel | undefined, other: ModelLabel | undefined) =>
      one?.className === other?.className && one?.origin === other?.origin
    for (const id of confirmed)
      if (!isRenaming && !isSame(labels.get(id), next.labels.get(id))) next.confirmed.delete(id)
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

  get redoable(): number {
    return this.future.length
  }
}

export function setLabel(state: StateDraft, imageId: number, label: ModelLabel): void {
  state.labels.set(imageId, label)
  state.skipped.delete(imageId)
}

/** Calls a class otherwise, wherever it stands; it keeps its place in the order. */
export function renameEverywhere(state: StateDraft, from: string, to: string): void {
  const renamed = [...state.classes].map(([name, one]) => [name === from ? to : name, one] as const)
  state.classes.clear()
  for (const [name, one] of renamed) state.classes.set(name, one)
  moveImages(state, from, to)
}

export function moveImages({ labels, predicted }: StateDraft, from: string, to: string): void {
  for (const [id, label] of labels) if (label.className === from) labels.set(id, { ...label, className: to })
  for (const [id, name] of predicted) if (name === from) predicted.set(id, to)
}

export function plain({ classes, labels, skipped, confirmed, predicted }: ModelState): unknown {
  return {
    classes: [...classes].map(([name, { colour, key }]) => [name, colour, key]),
    labels: [...labels].sort(([a], [b]) => a - b).map(([id, { className, origin }]) => [id, className, origin]),
    skipped: [...skipped].sort((a, b) => a - b),
    confirmed: [...confirmed].sort((a, b) => a - b),
    predicted: [...predicted].sort(([a], [b]) => a - b),
  }
}
