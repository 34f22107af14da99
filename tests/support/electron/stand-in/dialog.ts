/** What a person will answer, in order; asked without an answer, they give up. */
export const answers = {
  folders: [] as string[],
  savePaths: [] as string[],
  /** The text of the button that is pressed. */
  buttons: [] as string[],
}

export interface AskedDialog {
  readonly kind: 'open' | 'save' | 'message' | 'error'
  readonly text: string
  readonly detail: string
}

export const asked: AskedDialog[] = []

interface MessageOptions {
  readonly message: string
  readonly detail?: string
  readonly buttons: readonly string[]
  readonly cancelId: number
}

/** All take the window first, or leave it out. */
const optionsOf = <Options>(given: readonly unknown[]): Options => given.at(-1) as Options

export const dialog = {
  async showOpenDialog(...given: unknown[]) {
    asked.push({ kind: 'open', text: optionsOf<{ title: string }>(given).title, detail: '' })
    const folder = answers.folders.shift()
    return { canceled: folder === undefined, filePaths: folder === undefined ? [] : [folder] }
  },
  async showSaveDialog(...given: unknown[]) {
    const { title, defaultPath } = optionsOf<{ title: string; defaultPath: string }>(given)
    asked.push({ kind: 'save', text: title, detail: defaultPath })
    const filePath = answers.savePaths.shift() ?? ''
    return { canceled: filePath === '', filePath }
  },
  async showMessageBox(...given: unknown[]) {
    const { message, detail = '', buttons, cancelId } = optionsOf<MessageOptions>(given)
    asked.push({ kind: 'message', text: message, detail })
    const pressed = buttons.indexOf(answers.buttons.shift() ?? '')
    return { response: pressed < 0 ? cancelId : pressed, checkboxChecked: false }
  },
  showErrorBox(title: string, text: string) {
    asked.push({ kind: 'error', text: title, detail: text })
  },
}
