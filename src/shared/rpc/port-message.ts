/** The name under which the desktop hands a MessagePort to its page. */
export const portMessage = 'athanor:port'
