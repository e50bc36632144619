import { bundledAssets } from './bundle.ts';

/** The page's program and style. The build puts the texts in the place of this file. */
export const { script, style } = bundledAssets();
