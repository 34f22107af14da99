/** Every text that a person reads, as functions: `m.label_count({ count: 3, shown: '3' })`. */
export { m } from './messages/messages.js'
