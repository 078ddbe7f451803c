import { defineConfig } from "vite";

// Nothing inline (strict Content-Security-Policy), one script and one style sheet: they are embedded in the binary
// under fixed names.
export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/pages.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/pages[extname]",
        inlineDynamicImports: true,
      },
    },
  },
});
