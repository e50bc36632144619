import { entryOf, type YamlMap } from '../core/yaml-node.ts';

/** Whether a map says `key: true`. */
export function isTrue(node: YamlMap, key: string): boolean {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' && value.value === true;
}
