import { fork } from "node:child_process";
import { createServer } from "node:http";

/** A regular expression has an exec, too, and no shell: /bin/sh is only a word here. */
const WORD = /sh -c (\w+)/;

export function page() {
  const worker = fork(new URL("worker.mjs", import.meta.url));
  const name = WORD.exec("sh -c twice")[1];
  return new Promise((done) => {
    worker.once("message", (number) => {
      worker.kill();
      done(`${name} is ${number}\n`);
    });
    worker.send(21);
  });
}

if (import.meta.main) {
  createServer(async (request, response) => response.end(await page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
