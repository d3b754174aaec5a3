import assert from "node:assert";
import test from "node:test";
import ms from "ms";

test("a minute", () => assert.equal(ms("1m"), 60000));
