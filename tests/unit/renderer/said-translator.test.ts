import { describe, expect, test } from 'vitest'
import chinese from '../../../resources/locales/said/zh-CN.json' with { type: 'json' }
import { createSaidTranslator } from '../../../src/renderer/said-translator.ts'

const translate = createSaidTranslator(chinese)

describe('a text of core in another language', () => {
  test('is found by its template, with what stands in its holes', () => {
    expect(translate('There is no folder /data/hot dogs.')).toBe('没有文件夹 /data/hot dogs。')
    expect(translate('There is a class "bun" already.')).toBe('已有名为“bun”的类别。')
    expect(translate('The file is empty.')).toBe('文件为空。')
  })

  test('takes the template that says most where several fit', () => {
    expect(translate('There is no image 7 in the catalog.')).toBe('图库中没有图片 7。')
    expect(translate('There is no a.pth.')).toBe('a.pth 不存在。')
  })

  test('is translated in its holes where these hold texts', () => {
    expect(translate('labels.createClass: name: a class needs a name')).toBe('labels.createClass：name：类别需要名称')
    expect(translate('This is a folder, not a file.')).toBe('这是文件夹，不是文件。')
    expect(translate('a.pth cannot be read: its zip directory is missing: the file is incomplete.')).toBe(
      '无法读取 a.pth：缺少 zip 目录：文件不完整。',
    )
    expect(
      translate('The trainer process was ended by SIGTERM. Its log says: Error: no room That was after 2 restarts.'),
    ).toBe('trainer 进程被 SIGTERM 终止。日志内容：Error: no room（此前已重新启动 2 次。）')
  })

  test('is translated sentence by sentence where several were put together', () => {
    expect(
      translate(
        'No device can compute here. cuda: The optional package x is not installed. wasm: Its compiled kernels are missing. Build them with `npm run build`.',
      ),
    ).toBe('本机没有可用的计算设备。cuda：没有安装可选软件包 x。wasm：缺少编译好的内核。请运行 `npm run build` 构建。')
    expect(
      translate(
        'The run cannot go on as it began, because recipe.seed was 1 and is 2; version of node was "24" and is "26". Restore that, or start a new run.',
      ),
    ).toBe(
      '运行无法照原样继续，因为 recipe.seed：原为 1，现为 2；node 的版本：原为 "24"，现为 "26"。请恢复原状，或开始新的运行。',
    )
  })

  test('keeps names as they are, also those that read like a text', () => {
    expect(translate('There is a class "a folder" already.')).toBe('已有名为“a folder”的类别。')
    expect(translate('There is no folder /x/The file is empty. Really.')).toBe(
      '没有文件夹 /x/The file is empty. Really。',
    )
  })

  test('stays English where nothing is known of it', () => {
    expect(translate('EIO: i/o error, read')).toBe('EIO: i/o error, read')
    expect(translate('Something else. The file is empty.')).toBe('Something else. 文件为空。')
    expect(translate('')).toBe('')
  })
})
