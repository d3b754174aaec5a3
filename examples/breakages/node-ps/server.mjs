import { execFile } from "node:child_process";
import { createServer } from "node:http";

let kilobytes = 0;

/** Note how much memory is in use; what cannot be known is left as it was. */
export function watch() {
  execFile("ps", ["-o", "rss=", "-p", String(process.pid)], (error, output) => {
    if (!error) kilobytes = Number(output);
  });
}

function page() {
  watch();
  return kilobytes > 4_000_000 ? "busy\n" : "ready\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
