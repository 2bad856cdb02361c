// For the tests with programs of others: looks again and again until it is so. What does not come in time
// fails under its name.
import { setTimeout as pause } from "node:timers/promises";

export async function until(what, condition, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() >= end) throw new Error(`not in ${seconds} s: ${what}`);
    await pause(20);
  }
}
