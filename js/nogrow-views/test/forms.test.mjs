// These tests run hosts with the forms of real bugs, each with and without stress.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FORMS } from "../support/forms.mjs";
import { REFERRER, instantiate } from "../support/guests.mjs";

/** Return the guest, and a function that has the guest call a function. */
function guest() {
  let imported;
  const instance = instantiate(REFERRER, () => imported?.());
  const run = (given) => {
    imported = given;
    instance.exports.call();
    imported = undefined;
  };
  return [instance.exports, run];
}

// The tests run in this order, and the last ones are stressed.
for (const [form, { buggy, right }] of Object.entries(FORMS)) {
  test(`without stress, nothing shows: ${form}`, async () => {
    await buggy(...guest());
    await right(...guest());
  });
}

test("register", async () => {
  process.env.NOGROW_STRESS = "quiet";
  await import("../register.mjs");
});

for (const [form, { buggy, right }] of Object.entries(FORMS)) {
  test(`stress finds ${form}`, async () => {
    await assert.rejects(async () => buggy(...guest()), {
      name: "TypeError",
      message: /; the export "(idle|add|trap|call|function 2)" detached this view of the memory "memory"/,
    });
    await right(...guest());
  });
}
