import { createServer } from "node:http";
import { userInfo } from "node:os";

export const owner = () => userInfo().username;
const page = () => "hello\n";

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
