/** So that a search finds a name whatever its case and however the system composes its letters. */
export function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
