import type { JsonObject } from '../core/json.ts';
import type { Failure } from './failure.ts';

/** Why a failed step does not end its host: it says so itself, or it stands in a block that has a rescue. */
export type Tolerance = 'ignored' | 'rescued';

/** How a step went. `register`: what it leaves under its name, if anything. */
export type StepOutcome =
  | { readonly status: 'ok' | 'changed'; readonly register: JsonObject }
  | { readonly status: 'skipped'; readonly why?: string; readonly register?: JsonObject | undefined }
  | {
      readonly status: 'failed';
      readonly failure: Failure;
      readonly tolerated?: Tolerance | undefined;
      readonly register?: JsonObject | undefined;
    };
