export { createThinHost as createNodeHost } from './thin-host.ts'
export { findRoot } from '../../../src/main/core/processes/node-host.ts'
