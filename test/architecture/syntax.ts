import { posix } from 'node:path';
import ts from 'typescript';
import { type Project, sources } from './project.ts';

/** One import or re-export of a module, static, dynamic or of its types only. */
export interface Import {
  /** The importing file. */
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** The imported file, where it is one of the project's own. */
  readonly target: string | undefined;
  /** `file:line`, for people. */
  readonly place: string;
}

const parsed = new Map<string, { readonly text: string; readonly nodes: readonly ts.Node[] }>();

/** Every node of a file's syntax tree, from the top down; each text is parsed once. */
export function nodes(path: string, text: string): readonly ts.Node[] {
  const known = parsed.get(path);
  if (known?.text === text) return known.nodes;
  const all: ts.Node[] = [ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)];
  // The list grows while it is walked.
  for (const node of all) ts.forEachChild(node, (child) => void all.push(child));
  parsed.set(path, { text, nodes: all });
  return all;
}

export function place(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Every import of src/. */
export const imports = (project: Project): Import[] =>
  sources(project, '.ts').flatMap(([path, text]) =>
    nodes(path, text).flatMap((node) => {
      const specifier = moduleNamedBy(node);
      if (specifier === undefined) return [];
      return [{ from: path, specifier, target: resolve(path, specifier), place: place(node) }];
    }),
  );

function moduleNamedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === 'require';
  // A name that is not written out can't be checked; as such it breaks the import law.
  return loads ? (textOf(node.arguments[0]) ?? node.arguments[0]?.getText()) : undefined;
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

const resolve = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;

/** `@scope/name/path` → `@scope/name`; undefined for the project's own files and node's modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Every string literal of src/, with its place. */
export const strings = (project: Project): { text: string; node: ts.Node; place: string }[] =>
  sources(project, '.ts').flatMap(([path, text]) =>
    nodes(path, text)
      .filter(ts.isStringLiteralLike)
      .map((node) => ({ text: node.text, node, place: place(node) })),
  );
