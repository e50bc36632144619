import { didYouMean } from '../core/suggestion.ts';
import { entryOf, type YamlNode } from '../core/yaml-node.ts';
import { readTasks } from './read-tasks.ts';
import type { Reading } from './reading.ts';
import type { StepForm } from './task-form.ts';

/** Handlers are steps that have names; tags do not choose among them, as in Ansible. */
export function readHandlers(node: YamlNode | undefined, reading: Reading): readonly StepForm[] {
  return readTasks(node, reading).flatMap((form) => {
    if (form.kind === 'step') return [form];
    reading.report.error(
      'bad-handler',
      form.node.span,
      'a handler must be a single step',
      'make each step of it a handler of its own',
    );
    return [];
  });
}

/** Reports notifications without a handler, and handlers without a name or a notification. */
export function checkHandlers(forms: readonly StepForm[], handlers: readonly StepForm[]): void {
  const names = handlers.map((handler) => handler.name);
  for (const form of forms) checkNotify(form, names);
  const notified = new Set(forms.flatMap((form) => form.notify.map((name) => name.text)));
  for (const [i, handler] of handlers.entries()) checkHandler(handler, names.indexOf(handler.name) === i, notified);
}

function checkHandler({ node, name: text, report }: StepForm, isFirst: boolean, notified: ReadonlySet<string>): void {
  const [name, notify, tags] = ['name', 'notify', 'tags'].map((key) => entryOf(node, key));
  if (notify)
    report.error('bad-handler', notify.keySpan, "a handler can't notify another", 'notify both from the step');
  if (tags)
    report.error(
      'bad-handler',
      tags.keySpan,
      'a handler has no tags: it runs where it is notified',
      'tag the steps that notify it',
    );
  if (!name)
    report.error('bad-handler', node.span, 'a handler needs a name', 'add `name: …`; steps notify it by that name');
  else if (!isFirst) report.error('bad-handler', name.value.span, `two handlers are named '${text}'`, 'rename one');
  else if (!notified.has(text)) {
    const todo = `add 'notify: ${text}' to a step, or remove it`;
    report.warning('unused-handler', name.value.span, `no step notifies the handler '${text}'`, todo);
  }
}

/** Reports notifications of handlers that do not exist. */
function checkNotify({ notify, report }: StepForm, handlers: readonly string[]): void {
  for (const name of notify) {
    if (handlers.includes(name.text)) continue;
    const todo = handlers.length === 0 ? "the play has no 'handlers'" : didYouMean(name.text, handlers);
    report.error('unknown-handler', name.span, `no handler is named '${name.text}'`, todo);
  }
}
