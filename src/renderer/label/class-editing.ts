import type { ClassEdit, Edit } from '../../shared/contract/labels.ts'
import { ClassName, type ImageClass } from '../../shared/domain/label.ts'
import type { ClassId } from '../../shared/domain/ids.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import { ask } from '../ui/ask.svelte.ts'
import { formatCount } from '../ui/format.ts'

/** What a person can do to a class. Each says what it did and how to take it back. */
export class ClassEditing {
  readonly #studio: Studio

  constructor(studio: Studio) {
    this.#studio = studio
  }

  async rename({ id, name }: ImageClass, wanted: string): Promise<void> {
    const parsed = ClassName.safeParse(wanted)
    if (!parsed.success || parsed.data === name) return
    const { api, projectId } = this.#studio
    await this.#change(
      () => api.labels.renameClass({ projectId, classId: id, name: parsed.data }),
      m.label_class_renamed({ name, wanted: parsed.data }),
    )
  }

  async recolour({ id, name }: ImageClass, colour: number): Promise<void> {
    const { api, projectId } = this.#studio
    await this.#change(
      () => api.labels.recolourClass({ projectId, classId: id, colour }),
      m.label_class_recoloured({ name }),
    )
  }

  async setKey({ id, name }: ImageClass, key: string | null): Promise<void> {
    const { api, projectId } = this.#studio
    await this.#change(
      () => api.labels.setClassKey({ projectId, classId: id, key }),
      key === null ? m.label_class_key_freed({ name }) : m.label_class_key_set({ name, key: key.toUpperCase() }),
    )
  }

  async merge(from: ImageClass, into: ClassId): Promise<void> {
    const { api, projectId, classes } = this.#studio
    const target = classes.find(({ id }) => id === into)
    if (target === undefined) return
    const isSure = await ask({
      title: m.label_merge_title({ name: from.name, into: target.name }),
      text: m.label_merge_text({
        count: from.imageCount,
        shown: formatCount(from.imageCount),
        name: from.name,
        into: target.name,
      }),
      confirmLabel: m.label_merge(),
    })
    if (!isSure) return
    await this.#change(
      () => api.labels.mergeClasses({ projectId, from: from.id, into }),
      m.label_class_merged({ name: from.name, into: target.name }),
    )
  }

  async remove({ id, name, imageCount }: ImageClass): Promise<void> {
    const { api, projectId } = this.#studio
    const isSure = await ask({
      title: m.label_delete_title({ name }),
      text: m.label_delete_text({ count: imageCount, shown: formatCount(imageCount) }),
      confirmLabel: m.label_delete(),
      isDangerous: true,
    })
    if (!isSure) return
    await this.#change(() => api.labels.deleteClass({ projectId, classId: id }), m.label_class_deleted({ name }))
  }

  /** False where it could not be made. */
  async create(name: string): Promise<boolean> {
    const { api, projectId } = this.#studio
    return this.#change(() => api.labels.createClass({ projectId, name }), m.label_class_made({ name }))
  }

  async #change(work: () => Promise<ClassEdit | Edit>, says: string): Promise<boolean> {
    const { notices, history } = this.#studio
    const done = await notices.attempt(work)
    if (done === undefined) return false
    notices.say(says, history.undoOf('edit' in done ? done.edit : done))
    return true
  }
}
