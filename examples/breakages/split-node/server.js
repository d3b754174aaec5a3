import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import ms from "ms";

process.on("SIGTERM", () => process.exit(0));
createServer((_, answer) => {
  appendFileSync("/var/data/visits", "x");
  answer.end(ms(60000, { long: true }));
}).listen(3000);
