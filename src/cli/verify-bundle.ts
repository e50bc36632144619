import { readFile, stat } from 'node:fs/promises';
import { causeText } from '../core/cause-text.ts';
import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import { printable } from '../core/printable.ts';
import { verify } from '../evidence/verify.ts';

/** Bytes; packed as well as text can be, one of 256 MiB would unpack to far more than any bundle has. */
const LARGEST = 256 * 1024 * 1024;

/** `unwedge runs verify FILE`: whether it is still what was exported. Nothing of it is written anywhere. */
export async function verifyBundle(file: string, { head }: { readonly head?: string }): Promise<ExitCode> {
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw inputError(`--head ${head}: a head has 64 hexadecimal digits`, 'it stands in what runs export has printed');
  const { manifest, problems } = await verify(await bytesOf(file), head);
  for (const problem of problems) console.error(`error: ${printable(file)}: ${printable(problem)}`);
  if (manifest === undefined || problems.length > 0) return ExitCode.refused;
  console.log(
    `evidence of run ${printable(manifest.run)}: ${manifest.entries.length} files, each as it was exported, in order`,
  );
  console.log(`head ${manifest.head}${head === undefined ? '' : ', as it was noted'}`);
  if (head === undefined)
    console.log(
      'whoever can write this file could have made all of it anew: compare the head with the one that was noted (--head)',
    );
  return ExitCode.done;
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST) throw new Error(`it has ${size} bytes, more than any bundle`);
    return await readFile(file);
  } catch (cause) {
    throw inputError(`${file} can't be read: ${causeText(cause)}`);
  }
}
