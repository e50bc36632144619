import { readdirSync, readFileSync } from 'node:fs';
import { packageRoot } from '../architecture/project.ts';

/** One Markdown file of the project. */
export interface Page {
  /** From the package's root. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  /** What stands behind the opening fence: `sh`, `console`, `yaml`. */
  readonly language: string;
  readonly text: string;
  /** A file name that the paragraph before it gives: `name.yaml`. */
  readonly file: string | undefined;
}

/** README.md, CONTRIBUTING.md and all of docs/. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(`${packageRoot}docs`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => `docs/${path}`);
  return ['README.md', 'CONTRIBUTING.md', ...docs].map((path) => ({
    path,
    text: readFileSync(packageRoot + path, 'utf8'),
  }));
}

/** Also those within a list. */
export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const paragraph = text.slice(0, match.index).trimEnd().split('\n\n').at(-1) ?? '';
    const own = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    return { language, text: own, file: /`([\w-]+\.yaml)`/.exec(paragraph)?.[1] };
  });
}

/** What the page tells its reader to type: the lines of `sh` blocks, and those behind `$ ` in `console` blocks. */
export function commandsOf(page: Page): readonly string[] {
  return blocksOf(page).flatMap(({ language, text }) => {
    const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
    if (language === 'sh') return lines.filter((line) => /^[^#\s]/.test(line));
    return language === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : [];
  });
}

/** The text without its fenced blocks. */
export const proseOf = ({ text }: Page): string => text.replace(/^( *)```[\s\S]*?^\1```$/gm, '');

export const codeSpansOf = (page: Page): readonly string[] =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

export const linksOf = (page: Page): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** A heading's name in a link, as GitHub makes it. */
export const anchorsOf = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Of each table whose heading row begins so: the first cells of its rows. */
export const firstColumns = ({ text }: Page, heading: string): readonly (readonly string[])[] =>
  text
    .split('\n\n')
    .filter((paragraph) => paragraph.startsWith(`| ${heading} |`))
    .map((table) =>
      table
        .trimEnd()
        .split('\n')
        .slice(2)
        .map((row) => row.split('|')[1]?.trim() ?? ''),
    );
