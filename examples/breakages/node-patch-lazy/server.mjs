import { spawnSync } from "node:child_process";
import { createServer } from "node:http";

/** Try a change; one that cannot be tried is taken as it is. */
export function fits(change) {
  const tried = spawnSync("patch", ["--dry-run", "-p1"], { input: change });
  return tried.error !== undefined || tried.status === 0;
}

function page() {
  return "send a change\n";
}

if (import.meta.main) {
  createServer((request, response) => {
    if (request.method !== "POST") return response.end(page());
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => response.writeHead(fits(body) ? 204 : 422).end());
  }).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
