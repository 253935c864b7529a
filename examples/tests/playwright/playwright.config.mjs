import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  use: {
    baseURL: "http://localhost:5199",
    // Without the variable, Playwright uses the browser that it has installed.
    launchOptions: { executablePath: process.env.CHROMIUM },
  },
  webServer: { command: "vite --port 5199 --strictPort", url: "http://localhost:5199" },
});
