/** Builds the inspector page into dist/page: everything local, nothing inline, so that a strict Content-Security-Policy holds. */

import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { buildSync } from 'esbuild'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

export default defineConfig({
  root: here('.'),
  plugins: [react(), firstScript()],
  build: {
    outDir: here('../dist/page'),
    emptyOutDir: true,
    // An inlined module or image would need exceptions in the policy, and a page on loopback gains nothing by it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
})

/** Vite bundles modules only, and a module runs after the first paint: this script is a classic one, in a file of its own. */
function firstScript(): Plugin {
  const { outputFiles } = buildSync({
    entryPoints: [here('src/first.ts')],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    write: false,
  })
  const source = outputFiles[0]?.text ?? ''
  const name = 'first.js'
  return {
    name: 'first-script',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', name, source })
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const file = Object.values(bundle ?? {}).find(
          (each) => each.type === 'asset' && each.names.includes(name),
        )
        if (!file) throw new Error(`${name} is not in the bundle.`)
        // Before the style sheet, for which a script below it would have to wait.
        return [{ tag: 'script', attrs: { src: `/${file.fileName}` }, injectTo: 'head-prepend' }]
      },
    },
  }
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
