import checkedIndexes from "nogrow-views/checked/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [checkedIndexes()],
  test: { setupFiles: ["nogrow-views/register"] },
});
