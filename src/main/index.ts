import { runDesktop } from './desktop/run-desktop.ts'

runDesktop()
