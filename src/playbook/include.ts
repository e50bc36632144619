import { InputError } from '../core/diagnostic.ts';
import { parseYaml } from '../core/yaml.ts';
import { entryOf, mapToJson, type YamlMap, type YamlNode } from '../core/yaml-node.ts';
import { readInputs } from './inputs.ts';
import { includedFileSchema, includeSchema, STEP_KEYWORDS } from './keywords.ts';
import { Report } from './place.ts';
import { type Reading, textOf } from './reading.ts';
import { reportSchemaErrors, validate } from './schema.ts';
import type { BlockForm, TaskForm } from './task-form.ts';

/** Reads an include and its file. Findings in that file are told with their place there. */
export function readInclude(
  node: YamlMap,
  reading: Reading,
  readTasks: (node: YamlNode | undefined, reading: Reading) => TaskForm[],
): BlockForm | undefined {
  const { report } = reading;
  checkKeys(node, report);
  const entry = entryOf(node, 'include');
  const path = textOf(node, 'include');
  if (entry === undefined || path === undefined) return undefined;
  if (path.includes('{{')) {
    report.error(
      'bad-include',
      entry.value.span,
      'which file is included is known before the run',
      'write the name itself; choose by when',
    );
    return undefined;
  }
  const opened = reading.files.open(path);
  if ('problem' in opened) {
    report.error('bad-include', entry.value.span, opened.problem, opened.todo);
    return undefined;
  }
  const file = parseFile(opened, report);
  if (file === undefined) return undefined;
  const [steps, inputs] = partsOf(file.root, file.report);
  return {
    ...{ kind: 'block', report, node, name: textOf(node, 'name') ?? path, when: textOf(node, 'when') },
    ...{ inputs: readInputs(inputs, file.report), rescue: [], always: [] },
    steps: readTasks(steps, { ...reading, report: file.report, files: opened.files }),
  };
}

const WHERE_ELSE = 'set it for the steps in its file';
const WHERE: Readonly<Record<string, string>> = {
  loop: "give the list as one of the file's inputs, and write loop: NAME at the steps there",
  register: 'the steps in its file register, and what they register can be read behind it',
};

function checkKeys(node: YamlMap, report: Report): void {
  const foreign = node.entries.filter(
    ({ key }) => STEP_KEYWORDS.includes(key) && !(key in Object(includeSchema.properties)),
  );
  for (const { key, keySpan } of foreign)
    report.error('misplaced-key', keySpan, `'${key}' can't be set for an include`, WHERE[key] ?? WHERE_ELSE);
  const known = { ...node, entries: node.entries.filter((entry) => !foreign.includes(entry)) };
  reportSchemaErrors(validate(includeSchema, mapToJson(known)), node, report, 'the include');
}

function parseFile({ name, bytes }: { name: string; bytes: Uint8Array }, report: Report) {
  try {
    const { source, root } = parseYaml(bytes, name);
    return { root, report: new Report(source, report) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const finding of error.diagnostics) report.add(finding);
    return undefined;
  }
}

/** The steps, and the inputs if there are any: a file is a list of steps, or a map of both. */
function partsOf(root: YamlNode, report: Report): [YamlNode | undefined, YamlNode | undefined] {
  if (root.kind === 'list' && root.items.length > 0) return [root, undefined];
  if (root.kind === 'map') {
    reportSchemaErrors(validate(includedFileSchema, mapToJson(root)), root, report, 'the file');
    return [entryOf(root, 'steps')?.value, entryOf(root, 'inputs')?.value];
  }
  report.error(
    'bad-shape',
    root.span,
    'an included file must be a list of steps',
    'begin with `- name: …`; with inputs: `inputs:` and `steps:`',
  );
  return [undefined, undefined];
}
