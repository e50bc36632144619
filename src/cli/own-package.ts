import { readFileSync } from 'node:fs';

// The same place from src/cli and from dist/cli.
const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** Of this unwedge. */
export const packageVersion = (): string => String(JSON.parse(readFileSync(at('package.json'), 'utf8')).version);
