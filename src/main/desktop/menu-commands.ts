import type { MenuCommand } from '../../shared/contract/shell.ts'

export interface MenuCommands {
  send(command: MenuCommand): void
  /** What is sent from now on, and what came before anybody listened. */
  follow(signal: AbortSignal): AsyncGenerator<MenuCommand, void>
}

/** From the menu to the page, which may just be loading: the latest wish waits for it. */
export function createMenuCommands(): MenuCommands {
  const listeners = new Set<(command: MenuCommand) => void>()
  let unheard: MenuCommand | undefined

  return {
    send(command) {
      if (listeners.size === 0) unheard = command
      for (const listener of listeners) listener(command)
    },
    async *follow(signal) {
      const waiting: MenuCommand[] = unheard === undefined ? [] : [unheard]
      unheard = undefined
      let wake: () => void = () => undefined
      const listener = (command: MenuCommand) => {
        waiting.push(command)
        wake()
      }
      const end = () => wake()
      listeners.add(listener)
      signal.addEventListener('abort', end)
      try {
        while (!signal.aborted) {
          const command = waiting.shift()
          if (command !== undefined) yield command
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        signal.removeEventListener('abort', end)
        listeners.delete(listener)
      }
    },
  }
}
