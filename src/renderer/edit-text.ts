import { isTextField } from './commands.svelte.ts'

/** Undoes or redoes in the text field that has the focus; false where none has it. */
export function editText(what: 'undo' | 'redo'): boolean {
  const { activeElement } = document
  if (activeElement === null || !isTextField(activeElement)) return false
  // Nothing else reaches the field's own history, which only its keys would.
  const editor: { execCommand(command: string): boolean } = document
  editor.execCommand(what)
  return true
}
