import { createServer } from "node:http";
import { getCACertificates } from "node:tls";

/** How many authorities are trusted beside Node's own. */
export const extra = () => getCACertificates("extra").length;
const page = () => "hello\n";

if (import.meta.main) {
  createServer((request, response) => response.end(page())).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
