import { test } from "node:test";

test("it waits for ever", () => new Promise(() => setInterval(() => {}, 1000)));
