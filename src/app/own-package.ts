import { readFileSync } from 'node:fs';
import { machine, release, type } from 'node:os';
import type { Software } from '../core/event.ts';

// The same place from src/cli and from dist/cli.
const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);

/** With what stands below it on this machine. */
export const softwareNow = (): Software => ({
  ...{ unwedge: packageVersion(), node: process.version, os: `${type()} ${release()} ${machine()}` },
});

/** Of this unwedge. */
export const packageVersion = (): string => String(JSON.parse(readFileSync(at('package.json'), 'utf8')).version);
