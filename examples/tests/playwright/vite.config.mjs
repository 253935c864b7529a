import checkedIndexes from "nogrow-views/checked/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [checkedIndexes()] });
