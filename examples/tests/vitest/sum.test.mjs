import { expect, test } from "vitest";

import { withKeptView, withKeptViewByIndex, withLiveViews } from "./sum.mjs";

test("with a kept view", () => {
  expect(withKeptView()([1, 2, 3])).toBe(6);
});

test("with a kept view that is written by index", () => {
  expect(withKeptViewByIndex()([1, 2, 3])).toBe(6);
});

test("with live views", () => {
  expect(withLiveViews()([1, 2, 3])).toBe(6);
});
