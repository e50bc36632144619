import { isChosen, type TagChoice } from './tags.ts';
import type { TaskForm } from './task-form.ts';

/** What the command line leaves of the playbooks: by tags, and from a step on. One for all playbooks of a run, in their order. */
export class Choice {
  readonly #tags: TagChoice;
  #startAt: string | undefined;

  constructor(tags: TagChoice, startAt: string | undefined) {
    this.#tags = tags;
    this.#startAt = startAt;
  }

  /** The step to start at was found, or none was named. */
  get hasBegun(): boolean {
    return this.#startAt === undefined;
  }

  /** The entries that are left; what holds no step any more is left out, too. */
  of(forms: readonly TaskForm[]): TaskForm[] {
    return forms.flatMap((form) => this.#left(form) ?? []);
  }

  #left(form: TaskForm): TaskForm | undefined {
    if (form.kind === 'step') return this.#isBegun(form.name) && isChosen(form.tags, this.#tags) ? form : undefined;
    const steps = this.of(form.steps);
    // A rescue alone is for nothing that could fail; nor is it a place to start at.
    const rescue = steps.length > 0 ? new Choice(this.#tags, undefined).of(form.rescue) : [];
    const always = this.of(form.always);
    return steps.length + always.length > 0 ? { ...form, steps, rescue, always } : undefined;
  }

  #isBegun(name: string): boolean {
    if (this.#startAt === name) this.#startAt = undefined;
    return this.#startAt === undefined;
  }
}
