import { createServer } from "node:http";

export const server = createServer((request, response) => response.end("hello\n"));

if (import.meta.main) {
  server.listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
