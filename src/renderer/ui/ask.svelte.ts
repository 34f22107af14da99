export interface Question {
  readonly title: string
  readonly text: string
  readonly confirmLabel: string
  /** Red, and the way back has the focus. */
  readonly isDangerous?: boolean
}

let asked = $state.raw<{ readonly question: Question; readonly answer: (isYes: boolean) => void } | null>(null)

/** Asks before something that cannot be taken back, in the one dialog that the frame shows. */
export function ask(question: Question): Promise<boolean> {
  asked?.answer(false)
  return new Promise((resolve) => {
    asked = {
      question,
      answer: (isYes) => {
        asked = null
        resolve(isYes)
      },
    }
  })
}

export const asking = {
  get current() {
    return asked
  },
}
