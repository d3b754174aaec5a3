import { exec } from "node:child_process";
import { createServer } from "node:http";

/** Note in a file when the app came up. Nobody looks at the error. */
export function noteStart(file) {
  exec(`date > ${file}`, () => {});
}

if (import.meta.main) {
  noteStart("/tmp/started");
  createServer((request, response) => response.end("hello\n")).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
