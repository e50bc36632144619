import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Ansible's INVENTORY_IGNORE_EXTS and what it never reads in a folder of inventories; `.ini` is among them. */
const IGNORED = /^\.|^(group_vars|host_vars|vars_plugins)$|\.(pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)$|~$/;

/** The inventories in a folder, those in its folders too, in the order of their names; and what was passed over. */
export async function filesOfFolder(folder: string): Promise<{ files: string[]; ignored: string[] }> {
  const found = { files: [] as string[], ignored: [] as string[] };
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (IGNORED.test(name)) found.ignored.push(path);
    else if ((await stat(path)).isDirectory()) {
      const below = await filesOfFolder(path);
      found.files.push(...below.files);
      found.ignored.push(...below.ignored);
    } else found.files.push(path);
  }
  return found;
}
