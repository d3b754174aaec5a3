import { createServer } from "node:http";
import { exec } from "node:child_process";
function list() {
  exec("ls /app > /tmp/list", () => {});
  return "later\n";
}

function answer(request) {
  return request.method === "POST" ? list() : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
