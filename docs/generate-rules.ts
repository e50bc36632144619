import { RULE_NAMES, type Rule, ruleLabel, ruleText } from '../src/core/rule.ts';

/** docs/lint.md, from the table of rules. */
export const rulesPage = (): string => `# What lint finds

\`unwedge lint PLAYBOOK… -i INVENTORY\` checks the whole program before any host is touched, and so does every run: all
findings at once, each with its place, the source line, what to do, and a code that keeps its meaning for ever. In the
terminal \`unwedge explain PB101\` tells what stands here. Errors forbid a run, warnings do not.

| \`--format\` | For |
|---|---|
| \`human\` | people; the default |
| \`json\` | programs: one object with \`findings\` and \`plays\` |
| \`sarif\` | code review and CI: [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) |

\`lint\` loads plugins and runs inventory programs, as a run does. For merge requests of others call it with
\`--untrusted\`: [it executes nothing](untrusted.md).

PB0 is about files, PB1 about keys and values, PB2 about names, PB3 about expressions, PB4 about what a run would do, PB5
about hosts.

| Code | Name | Finding |
|---|---|---|
${RULE_NAMES.map((rule) => `| [${ruleText(rule).code}](#${anchor(rule)}) | \`${rule}\` | ${ruleText(rule).title} |`).join('\n')}

${RULE_NAMES.map(section).join('\n')}`;

const anchor = (rule: Rule): string => ruleLabel(rule).toLowerCase().replaceAll(' ', '-');

const section = (rule: Rule): string =>
  `## ${ruleLabel(rule)}\n\n**${ruleText(rule).title}**\n\n${ruleText(rule).meaning}\n`;
