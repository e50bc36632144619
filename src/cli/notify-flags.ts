import type { Command } from 'commander';

export const notifyFlags = (command: Command): Command =>
  command
    .option('--notify <command>', 'run this (by sh) when there are new problems, or fewer; it reads JSON')
    .option('--webhook-file <file>', 'post the same JSON to the URL on the first line of a file')
    .option(
      '--ping-file <file>',
      "tell the URL in a file when a run begins (/start) and its exit code: a dead man's switch",
    );
