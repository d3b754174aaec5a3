import { createServer } from "node:http";
import { spawnSync } from "node:child_process";
function search() {
  return spawnSync("grep", ["-P", "import\\s", "/app/server.mjs"], { encoding: "utf8" }).stdout;
}

function answer(request) {
  return request.method === "POST" ? search() : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
