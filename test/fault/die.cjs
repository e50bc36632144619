// Preloaded into a controller (node --require): it dies by SIGKILL just before or just after its nth line of the run's journal.
// DIE_AT: n, from 1; DIE: before | after.
const files = require('node:fs/promises');
const { open } = files;
const at = Number(process.env.DIE_AT);
let seen = 0;

files.open = async (path, ...args) => {
  const handle = await open(path, ...args);
  if (!String(path).endsWith('.jsonl')) return handle;
  const append = handle.appendFile.bind(handle);
  handle.appendFile = async (text) => {
    seen += 1;
    if (seen === at && process.env.DIE === 'before') process.kill(process.pid, 'SIGKILL');
    await append(text);
    if (seen === at) process.kill(process.pid, 'SIGKILL');
  };
  return handle;
};
