import type { AnyStepType } from '../core/step-type.ts';
import { suggestion } from '../core/suggestion.ts';
import { entryOf, mapToJson, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from '../core/yaml-node.ts';
import { STEP_KEYWORDS, stepSchema } from './keywords.ts';
import type { Report } from './place.ts';
import { inside, type Reading, textOf } from './reading.ts';
import { reportSchemaErrors, validate } from './schema.ts';
import { type Message, unknownKey } from './schema-message.ts';
import type { StepForm } from './task-form.ts';

/** Reads the keys of one step; the first pass, over all steps of a play. */
export function readStep(node: YamlNode, reading: Reading): StepForm | undefined {
  const { types, report } = reading;
  if (node.kind !== 'map') {
    report.error(
      'bad-shape',
      node.span,
      'a step must be a map',
      'write `- scan: {}`, or `- name: …` with the step type below',
    );
    return undefined;
  }
  const keywords = { ...node, entries: node.entries.filter((entry) => STEP_KEYWORDS.includes(entry.key)) };
  reportSchemaErrors(validate(stepSchema, mapToJson(keywords)), node, report, 'the step');
  const args = stepTypeEntry(node, types, report);
  const type = args && types.get(args.key);
  const { tags, become } = inside(node, reading);
  return {
    ...{ kind: 'step', report, node, name: textOf(node, 'name') ?? type?.name ?? 'step' },
    ...{ type, args: type && args, when: textOf(node, 'when'), register: textOf(node, 'register') },
    ...{ notify: notified(entryOf(node, 'notify')?.value), tags, become },
  };
}

/** The one entry that is no keyword. */
function stepTypeEntry(node: YamlMap, types: ReadonlyMap<string, AnyStepType>, report: Report): YamlEntry | undefined {
  const others = node.entries.filter((entry) => !STEP_KEYWORDS.includes(entry.key));
  const known = others.filter((entry) => types.has(entry.key));
  const [first, second] = known;
  if (first && second) {
    report.error(
      'bad-shape',
      second.keySpan,
      `two step types in one step: ${first.key} and ${second.key}`,
      'make it two steps',
    );
  }
  for (const entry of others.filter((other) => !types.has(other.key))) {
    const { rule, message, todo } = first
      ? unknownKey(entry.key, `a step of type ${first.key}`, STEP_KEYWORDS)
      : unknownStepType(entry.key, [...types.keys()]);
    report.error(rule, entry.keySpan, message, todo);
  }
  if (others.length === 0) {
    report.error('bad-shape', node.span, 'a step without a step type', `add one of: ${[...types.keys()].join(', ')}`);
  }
  return second ? undefined : first;
}

const ALL_TYPES = 'unwedge steps lists them all; for a program of yours: command';

/** Words that people use for a step type whose name is not near. */
const SAME_AS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ run: 'command', exec: 'command', script: 'command', service: 'restart', systemd: 'restart' },
    ...{ 'remove-dead': 'rm_dead', remove_dead: 'rm_dead', unmount: 'umount' },
  }),
);

function unknownStepType(key: string, types: readonly string[]): Message {
  const keyword =
    suggestion(key.replaceAll('-', '_'), [...types, ...STEP_KEYWORDS, 'block', 'include']) ?? SAME_AS.get(key);
  const todo = keyword === undefined ? (unknownKey(key, '', types).todo ?? ALL_TYPES) : `did you mean '${keyword}'?`;
  return { rule: 'unknown-step-type', message: `unknown step type '${key}'`, todo };
}

const notified = (node: YamlNode | undefined): YamlScalar[] =>
  (node?.kind === 'list' ? node.items : node ? [node] : []).filter(
    (item): item is YamlScalar => item.kind === 'scalar',
  );
