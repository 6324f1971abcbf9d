/** The public entry `fic-dev`: the types of `fic-dev.config.ts`. */

export { defineConfig } from './config/config.ts'
export type { Config, UserConfig, UserForward } from './config/config.ts'
export type { ForwardRule } from './contract/api.ts'
