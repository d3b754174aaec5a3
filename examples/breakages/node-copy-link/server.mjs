import { createServer } from "node:http";



function answer(request) {
  return request.method === "POST" ? "posted" : "hello\n";
}

if (import.meta.main) {
  createServer((request, response) => response.end(String(answer(request)))).listen(3000);
  process.on("SIGTERM", () => process.exit(0));
}
