import { createRequire } from "node:module";

import { test as base, expect } from "@playwright/test";

const path = createRequire(import.meta.url).resolve("nogrow-views/register");

export { expect };
export const test = base.extend({
  page: async ({ page }, use) => {
    const errors = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.addInitScript({ path });
    await use(page);
    expect(errors).toEqual([]);
  },
});
