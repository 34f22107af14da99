import { EventEmitter } from 'node:events'

export const notifications: Notification[] = []

export class Notification extends EventEmitter {
  readonly options: { readonly title: string; readonly body: string }
  constructor(options: { readonly title: string; readonly body: string }) {
    super()
    this.options = options
  }
  static isSupported(): boolean {
    return true
  }
  show(): void {
    notifications.push(this)
  }
}
