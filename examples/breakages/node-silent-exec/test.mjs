import assert from "node:assert/strict";
import { test } from "node:test";

import { noteStart } from "./server.mjs";

test("the start can be noted", () => {
  assert.doesNotThrow(() => noteStart("/tmp/tested"));
});
