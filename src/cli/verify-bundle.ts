import { inputError } from '../core/diagnostic.ts';
import { ExitCode } from '../core/exit-code.ts';
import { printable } from '../core/printable.ts';
import { verify } from '../evidence/verify.ts';
import { readTrustedInput } from '../local/trust.ts';

/** Bytes; packed as well as text can be, one of 256 MiB would unpack to far more than any bundle has. */
const LARGEST = 256 * 1024 * 1024;
const NAME_IT = 'name the file that runs export has written';

/** `unwedge runs verify FILE`: whether it is still what was exported. Nothing of it is written anywhere. */
export async function verifyBundle(file: string, { head }: { readonly head?: string }): Promise<ExitCode> {
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head))
    throw inputError(`--head ${head}: a head has 64 hexadecimal digits`, 'it stands in what runs export has printed');
  const { manifest, problems } = await verify(
    await readTrustedInput(`${file} can't be read`, file, NAME_IT, { maxBytes: LARGEST }),
    head,
  );
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
