import { recordsByKind } from '../core/records.ts';
import type { Daemon } from './daemon.ts';

/** Something below the data root that belongs to no container, image layer or plugin that docker knows. Names only: nothing is measured. */
export type Leftover =
  /** `containers/ID`; without its config.v2.json docker can't load it (docs/docker-facts.md §0). */
  | { readonly kind: 'container-directory'; readonly path: string; readonly id: string; readonly hasConfig: boolean }
  /** `image/DRIVER/layerdb/mounts/ID`: a container's record of its layer. */
  | { readonly kind: 'layer-record'; readonly path: string; readonly id: string; readonly layer: string | undefined }
  /** A directory of the storage driver's. */
  | { readonly kind: 'layer-directory'; readonly path: string; readonly layer: string };

/** What survey.sh tells of the data root. */
export function parseLeftovers(stdout: string, { root, driver }: Daemon): Leftover[] {
  const rows = recordsByKind(stdout);
  return [
    ...rows('container_directory').map(([id = '', has]): Leftover => {
      return { kind: 'container-directory', path: `${root}/containers/${id}`, id, hasConfig: has === 'yes' };
    }),
    ...rows('layer_record').map(([id = '', layer]): Leftover => {
      return { kind: 'layer-record', path: `${root}/image/${driver}/layerdb/mounts/${id}`, id, layer };
    }),
    ...rows('layer_directory').map(([layer = '', ...path]): Leftover => {
      return { kind: 'layer-directory', path: path.join('\t'), layer };
    }),
  ];
}
