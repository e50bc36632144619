import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { packageRoot, program } from './unwedge.ts';

/** Before all tests, once: what they call is what the sources say. */
export default function setup(): () => void {
  const newest = Math.max(
    ...readdirSync(`${packageRoot}src`, { recursive: true, encoding: 'utf8' }).map(
      (path) => statSync(`${packageRoot}src/${path}`).mtimeMs,
    ),
  );
  if (!existsSync(program) || statSync(program).mtimeMs < newest)
    execFileSync('npm', ['run', 'build'], { cwd: packageRoot, stdio: 'pipe' });
  return () => rmSync(process.env.UNWEDGE_TEST_DIR ?? '', { recursive: true, force: true });
}
