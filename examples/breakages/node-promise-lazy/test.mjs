import assert from "node:assert/strict";
import { test } from "node:test";

import * as server from "./server.mjs";

test("there is a server", () => {
  assert.ok(server);
});
