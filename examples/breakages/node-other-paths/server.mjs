import { createServer } from "node:http";
import { existsSync } from "node:fs";
const SHELLS = ["/bin/bash", "/bin/sh"];

function shell() {
  return SHELLS.find((path) => existsSync(path)) ?? "none";
}

function answer(request) {
  return request.method === "POST" ? shell() : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
