import { exec } from "node:child_process";
import { createServer } from "node:http";

/** Write the last visits to a file of this hour. */
export function rotate() {
  exec("mv /tmp/visits{,.old}; date > /tmp/visits", { shell: "/bin/bash" }, () => {});
}

function page() {
  rotate();
  return "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
