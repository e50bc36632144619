// Preloaded into a controller (node --require): its clock jumps by a day when it is asked the JUMP_AT-th time. JUMP: milliseconds.
const at = Number(process.env.JUMP_AT);
const by = Number(process.env.JUMP);
const { now } = Date;
let asked = 0;
Date.now = () => now() + (++asked >= at ? by : 0);
