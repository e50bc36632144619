import fc from 'fast-check';
import { seed } from './level.ts';

// Each property that names no seed of its own is replayed by UNWEDGE_SEED.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
