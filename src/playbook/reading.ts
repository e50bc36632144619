import type { AnyStepType } from '../core/step-type.ts';
import { entryOf, type YamlMap } from '../core/yaml-node.ts';
import type { IncludedFiles } from './included-files.ts';
import type { Report } from './place.ts';
import { readTags } from './tags.ts';

/** Where entries are read, and what they take over from what they stand in. */
export interface Reading {
  readonly types: ReadonlyMap<string, AnyStepType>;
  readonly report: Report;
  readonly files: IncludedFiles;
  readonly tags: readonly string[];
  readonly become: boolean | undefined;
}

/** What stands in this map takes over from it. */
export function inside(node: YamlMap, reading: Reading): Reading {
  const become = entryOf(node, 'become')?.value;
  return {
    ...reading,
    tags: [...new Set([...reading.tags, ...readTags(entryOf(node, 'tags')?.value, reading.report)])],
    become: become?.kind === 'scalar' && typeof become.value === 'boolean' ? become.value : reading.become,
  };
}

export function textOf(node: YamlMap, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
