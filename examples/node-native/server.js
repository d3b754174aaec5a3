import { server } from "./app.js";

const port = Number(process.env.PORT ?? 3000);

server.listen(port, () => console.log(`listening on port ${port}`));

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing open requests`);
    server.close();
    server.closeIdleConnections();
  });
}
