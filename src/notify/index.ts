/** Whoever wants to know: on change of state, and dead man's switches on every run. */
export { type SecretUrl, urlIn } from './http.ts';
export { type AboutRun, type Notice, noticeOf } from './notice.ts';
export { ping } from './ping.ts';
export { type Problem, problemsAfter, type RunFailure } from './problem.ts';
export { NotTaken } from './retries.ts';
export { parseTold, type Told, toldText } from './told.ts';
export { command, type RunProgram, type Way, webhook } from './way.ts';
