import { routes } from "./app.ts";
import { Notes } from "./notes.ts";

const server = Bun.serve({ port: 3000, routes: routes(new Notes()) });
console.log(`listening on port ${server.port}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, async () => {
    await server.stop();
    process.exit(0);
  });
}
