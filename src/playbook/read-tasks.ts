import { entryOf, mapToJson, type YamlEntry, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import { readInclude } from './include.ts';
import { blockSchema, STEP_KEYWORDS } from './keywords.ts';
import { inside, type Reading, textOf } from './reading.ts';
import { reportSchemaErrors, validate } from './schema.ts';
import { readStep } from './step-form.ts';
import type { BlockForm, TaskForm } from './task-form.ts';

/** Reads a list of entries, with the files that they include; the first pass over a play. */
export function readTasks(node: YamlNode | undefined, reading: Reading): TaskForm[] {
  if (node?.kind !== 'list') return [];
  return node.items.map((item) => readTask(item, reading)).filter((form) => form !== undefined);
}

function readTask(node: YamlNode, reading: Reading): TaskForm | undefined {
  if (node.kind !== 'map') return readStep(node, reading);
  if (entryOf(node, 'include')) return readInclude(node, inside(node, reading), readTasks);
  const part = node.entries.find(({ key }) => key === 'block' || key === 'rescue' || key === 'always');
  return part ? readBlock(node, part, reading) : readStep(node, reading);
}

const WHERE_ELSE = 'set it for the steps in it';
const WHERE: Readonly<Record<string, string>> = {
  loop: 'write the loop at each of its steps: they are done for all items, one step after the other',
};

function readBlock(node: YamlMap, part: YamlEntry, reading: Reading): BlockForm {
  const { report } = reading;
  const foreign = node.entries.filter(
    ({ key }) => STEP_KEYWORDS.includes(key) && !(key in Object(blockSchema.properties)),
  );
  for (const { key, keySpan } of foreign)
    report.error('misplaced-key', keySpan, `'${key}' can't be set for a block`, WHERE[key] ?? WHERE_ELSE);
  const known = { ...node, entries: node.entries.filter((entry) => !foreign.includes(entry)) };
  reportSchemaErrors(validate(blockSchema, mapToJson(known)), node, report, `the ${part.key}`);
  const within = inside(node, reading);
  const tasks = (key: string) => readTasks(entryOf(node, key)?.value, within);
  return {
    ...{ kind: 'block', report, node, name: textOf(node, 'name') ?? part.key, when: textOf(node, 'when') },
    ...{ steps: tasks('block'), rescue: tasks('rescue'), always: tasks('always'), inputs: [] },
  };
}
