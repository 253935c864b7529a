import { expect, test } from "./stressed.mjs";

test("with a kept view", async ({ page }) => {
  await page.goto("/?host=withKeptView");
  await expect(page.locator("output")).toHaveText("6");
});

test("with a kept view that is written by index", async ({ page }) => {
  await page.goto("/?host=withKeptViewByIndex");
  await expect(page.locator("output")).toHaveText("6");
});

test("with live views", async ({ page }) => {
  await page.goto("/?host=withLiveViews");
  await expect(page.locator("output")).toHaveText("6");
});
