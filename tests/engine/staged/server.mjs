import { createServer } from "node:http";
export const answer = 2;
if (import.meta.main) {
  createServer((request, response) => response.end("hello\n")).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
