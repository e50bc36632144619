import type { Command } from '../commands.ts';
import { type Child, html } from './element.ts';

/** Commands, each with a button that copies it. */
export function commandList(title: string, commands: readonly Command[], level: 'h2' | 'h3' = 'h2'): Child {
  if (commands.length === 0) return undefined;
  return html(
    'section',
    { class: 'commands' },
    html(level, {}, title),
    html('ul', {}, ...commands.map(({ what, lines }) => html('li', {}, html('p', {}, what), ...lines.map(copyable)))),
  );
}

function copyable(line: string): HTMLElement {
  const code = html('code', {}, line);
  const told = html('span', { class: 'quiet', role: 'status' });
  const button = html('button', { type: 'button', 'aria-label': `Copy: ${line.slice(0, 80)}` }, 'Copy');
  button.addEventListener('click', () => void copy(line, code).then((answer) => told.replaceChildren(answer)));
  return html('div', { class: 'command' }, html('pre', { tabindex: 0 }, code), button, told);
}

/** Where a page may not write to the clipboard, the line is at least selected. */
async function copy(line: string, code: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(line);
    return 'Copied';
  } catch {
    getSelection()?.selectAllChildren(code);
    return 'Selected: copy it by Ctrl+C';
  }
}
