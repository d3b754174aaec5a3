import { createServer } from "node:http";

export const page = () => "hello\n";

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000, "0.0.0.0");
  process.on("SIGTERM", () => process.exit(0));
}
