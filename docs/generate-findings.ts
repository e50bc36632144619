import { CATALOGUE, CODES, type Code } from '../src/docker/finding-catalogue.ts';

/** docs/findings.md, from the catalogue. */
export const findingsPage = (): string => `# Findings

What a [scan](steps/scan.md) finds out about a host. Each finding has a code that keeps its meaning for ever; in the
terminal \`unwedge explain UW001\` tells what stands here, \`unwedge explain --list\` lists all codes.

- **critical**: something is stuck or broken now.
- **warning**: it will be, by a cause that waits. Where the host's kernel makes it harmless it is told as info.
- **info**: good to know, mostly because it excludes a remedy.

UW001 and on: stuck on a mount, by who holds it. UW101: stuck for another cause. UW201: left behind. UW301: causes that
wait, and what the host excludes.

| Code | Severity | Finding |
|---|---|---|
${CODES.map((code) => `| [${code}](#${code.toLowerCase()}) | ${CATALOGUE[code].severity} | ${CATALOGUE[code].title} |`).join('\n')}

${CODES.map(section).join('\n')}`;

function section(code: Code): string {
  const { severity, title, meaning, todo, sources } = CATALOGUE[code];
  const steps = todo.map((step, index) => `${index + 1}. ${step}`).join('\n');
  return `## ${code}\n\n**${title}** (${severity})\n\n${meaning}\n\n${steps}\n\nRead up: ${sources.join(' · ')}\n`;
}
