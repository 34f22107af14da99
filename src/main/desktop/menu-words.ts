export type Language = 'en' | 'zh-CN'

/** What the menu and the few dialogs of the shell say; the page has its own catalogues. */
export interface Words {
  readonly file: string
  readonly openFolder: string
  readonly openRecent: string
  readonly nothingRecent: string
  readonly closeProject: string
  readonly settings: string
  readonly closeWindow: string
  readonly quit: string
  readonly edit: string
  readonly undo: string
  readonly redo: string
  readonly cut: string
  readonly copy: string
  readonly paste: string
  readonly selectAll: string
  readonly view: string
  readonly label: string
  readonly tune: string
  readonly evaluate: string
  readonly export: string
  readonly palette: string
  readonly actualSize: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly fullScreen: string
  readonly reload: string
  readonly developerTools: string
  readonly window: string
  readonly minimise: string
  readonly help: string
  readonly shortcuts: string
  readonly about: string
  readonly chooseFolder: string
  readonly quitTitle: string
  readonly quitText: string
  readonly stopAndQuit: string
  readonly keepRunning: string
  readonly runDone: string
  readonly runFailed: string
  readonly startFailed: string
}

export const words: Readonly<Record<Language, Words>> = {
  en: {
    file: 'File',
    openFolder: 'Open folder…',
    openRecent: 'Open recent',
    nothingRecent: 'Nothing yet',
    closeProject: 'Close project',
    settings: 'Settings',
    closeWindow: 'Close window',
    quit: 'Quit Athanor',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    view: 'View',
    label: 'Label',
    tune: 'Tune',
    evaluate: 'Evaluate',
    export: 'Export',
    palette: 'All actions…',
    actualSize: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    reload: 'Reload',
    developerTools: 'Developer tools',
    window: 'Window',
    minimise: 'Minimise',
    help: 'Help',
    shortcuts: 'Keyboard shortcuts',
    about: 'About Athanor',
    chooseFolder: 'Open a folder of images',
    quitTitle: 'A run is still going',
    quitText: 'It can be stopped at a checkpoint. It goes on from there when you resume it.',
    stopAndQuit: 'Stop the run and quit',
    keepRunning: 'Keep running',
    runDone: 'The run is done',
    runFailed: 'The run failed',
    startFailed: 'Athanor cannot start',
  },
  'zh-CN': {
    file: '文件',
    openFolder: '打开文件夹…',
    openRecent: '最近打开',
    nothingRecent: '暂无记录',
    closeProject: '关闭项目',
    settings: '设置',
    closeWindow: '关闭窗口',
    quit: '退出 Athanor',
    edit: '编辑',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    selectAll: '全选',
    view: '查看',
    label: '标注',
    tune: '微调',
    evaluate: '评估',
    export: '导出',
    palette: '所有操作…',
    actualSize: '实际大小',
    zoomIn: '放大',
    zoomOut: '缩小',
    fullScreen: '全屏',
    reload: '重新加载',
    developerTools: '开发者工具',
    window: '窗口',
    minimise: '最小化',
    help: '帮助',
    shortcuts: '键盘快捷键',
    about: '关于 Athanor',
    chooseFolder: '打开图片文件夹',
    quitTitle: '训练还在进行',
    quitText: '可以在检查点处停止，以后从那里继续。',
    stopAndQuit: '停止训练并退出',
    keepRunning: '继续训练',
    runDone: '训练已完成',
    runFailed: '训练失败',
    startFailed: 'Athanor 无法启动',
  },
}

/** Of the system's languages, the first that there are words in. */
export function languageOf(locale: string): Language {
  return /^zh\b/i.test(locale) ? 'zh-CN' : 'en'
}
