import { createServer } from "node:http";

/** Noon of a summer day in Greenwich, as local time. */
export const page = () => `${new Date(1751371200_000).getHours()} h\n`;

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
