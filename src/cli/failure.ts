import { InputError } from '../core/diagnostic.ts';
import { formatDiagnostic } from '../core/diagnostic-text.ts';
import { ExitCode } from '../core/exit-code.ts';

/** Tells on stderr what kept the command from its work. @returns the exit code, or undefined for a bug of ours. */
export function report(error: unknown): ExitCode | undefined {
  if (error instanceof InputError) {
    for (const diagnostic of error.diagnostics) console.error(formatDiagnostic(diagnostic));
    return ExitCode.refused;
  }
  if (error instanceof Error && error.name === 'JournalFailure') {
    console.error(
      `error: ${error.message}\n  no host was touched; free some space, or name another place: --state-dir FOLDER`,
    );
    return ExitCode.refused;
  }
  console.error('unwedge itself has failed; please report this, with what stands below:');
  console.error(error);
  return undefined;
}
