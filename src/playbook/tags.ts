import type { YamlNode, YamlScalar } from '../core/yaml-node.ts';
import type { Report } from './place.ts';

/** Words that mean something of their own on the command line. */
const SPECIAL: readonly string[] = ['all', 'tagged', 'untagged'];

/** Tags as a list, or with commas between them. Errors are reported. */
export function readTags(node: YamlNode | undefined, report: Report): readonly string[] {
  const scalars = (node?.kind === 'list' ? node.items : node ? [node] : []).filter(
    (item): item is YamlScalar => item.kind === 'scalar' && typeof item.value === 'string',
  );
  return scalars.flatMap((scalar) =>
    splitTags(scalar.text).map((tag) => {
      const problem = tagProblem(tag);
      if (problem) report.error('bad-tag', scalar.span, problem, 'use letters, digits, _ and -');
      return tag;
    }),
  );
}

/** `a, b` */
export const splitTags = (text: string): readonly string[] => text.split(',').map((tag) => tag.trim());

function tagProblem(tag: string): string | undefined {
  if (SPECIAL.includes(tag)) return `'${tag}' can't be a tag: it stands for others on the command line`;
  return /^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$/u.test(tag) ? undefined : `'${tag}' can't be a tag`;
}

/** What --tags and --skip-tags say; neither: all but what is tagged `never`. */
export interface TagChoice {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Ansible's meaning (lib/ansible/playbook/taggable.py, evaluate_tags). */
export function isChosen(own: readonly string[], { only, skip }: TagChoice): boolean {
  const tags = own.length === 0 ? ['untagged'] : own;
  return isTaken(tags, only.length === 0 ? ['all'] : only) && !isSkipped(tags, skip);
}

function isTaken(tags: readonly string[], only: readonly string[]): boolean {
  if (tags.includes('always') || tags.some((tag) => only.includes(tag))) return true;
  if (tags.includes('never')) return false;
  return only.includes('all') || (only.includes('tagged') && !tags.includes('untagged'));
}

function isSkipped(tags: readonly string[], skip: readonly string[]): boolean {
  if (skip.includes('all')) return !tags.includes('always') || skip.includes('always');
  return tags.some((tag) => skip.includes(tag)) || (skip.includes('tagged') && !tags.includes('untagged'));
}

/** Words that --tags and --skip-tags take beside a playbook's own. */
export const TAG_WORDS: readonly string[] = [...SPECIAL, 'always', 'never'];
