/** From the desktop to its page, with one port to core. */
export const portMessage = 'athanor:port'
/** From the preload to the desktop, with the path of a folder that was dropped on the page. */
export const folderDropped = 'athanor:folder-dropped'
/** A word of the desktop's user agent, by which its page knows that a port will come. */
export const desktopMark = 'AthanorDesktop'
