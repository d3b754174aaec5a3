import { createServer } from "node:http";

function maker() {
  return `Node ${process.env.NODE_VERSION ?? "unknown"}\n`;
}

function answer(request) {
  return request.method === "POST" ? maker() : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
