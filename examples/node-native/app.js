import { createServer } from "node:http";

import { suggest } from "./spelling.js";

function route({ pathname, searchParams }) {
  switch (pathname) {
    case "/":
      return [200, { name: "spelling", routes: ["/suggest?word=", "/health"] }];
    case "/suggest":
      return searchParams.get("word")
        ? [200, suggest(searchParams.get("word"))]
        : [400, { error: "which word?" }];
    case "/health":
      return [200, { status: "ok" }];
    default:
      return [404, { error: "no such route" }];
  }
}

export const server = createServer((request, response) => {
  const [status, body] = route(new URL(request.url, "http://localhost"));
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
});
