import assert from "node:assert/strict";
import { test } from "node:test";

import { withKeptView, withKeptViewByIndex, withLiveViews } from "./sum.mjs";

test("with a kept view", () => {
  assert.equal(withKeptView()([1, 2, 3]), 6);
});

test("with a kept view that is written by index", () => {
  assert.equal(withKeptViewByIndex()([1, 2, 3]), 6);
});

test("with live views", () => {
  assert.equal(withLiveViews()([1, 2, 3]), 6);
});
