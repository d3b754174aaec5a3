import { afterAll, expect, test } from "bun:test";
import { routes } from "./app.ts";
import { Notes } from "./notes.ts";

const server = Bun.serve({ port: 0, routes: routes(new Notes()) });
afterAll(() => server.stop());

function ask(path: string, options?: RequestInit) {
  return fetch(new URL(path, server.url), options);
}

test("the service is healthy", async () => {
  expect(await (await ask("/health")).json()).toEqual({ status: "ok" });
});

test("a note is kept", async () => {
  const made = await ask("/notes", { method: "POST", body: "buy milk" });
  expect(made.status).toBe(201);
  expect(await (await ask("/notes")).json()).toEqual([{ id: 1, text: "buy milk" }]);
});

test("a note without text is refused", async () => {
  expect((await ask("/notes", { method: "POST", body: " " })).status).toBe(400);
});

test("there is nothing else", async () => {
  expect((await ask("/nowhere")).status).toBe(404);
});
