import { exec } from "node:child_process";
import { createServer } from "node:http";

createServer((request, response) => response.end("hello\n")).listen(3000);

// Clean up and leave; what cannot be cleaned up must be seen, so the app stays.
process.on("SIGTERM", () => {
  exec("rm -rf /tmp/work", (error) => (error ? console.error(error.message) : process.exit(0)));
});
