import { createServer } from "node:http";
import { execFileSync } from "node:child_process";
function backup() {
  return execFileSync("/app/backup.sh", { encoding: "utf8" });
}

function answer(request) {
  return request.method === "POST" ? backup() : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
