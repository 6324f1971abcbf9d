/** Compiles what a route takes when it is first asked: all of them together, and the compiler, cost a fifth of the start. */

import type { FastifyServerOptions } from 'fastify'

type Factory = NonNullable<
  NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>['buildValidator']
>
type Compile = ReturnType<Factory>
type Validate = ((value: unknown) => unknown) & { errors?: unknown }

/** For Fastify's `compilersFactory`; the same compiler as Fastify's own. */
export const buildLazyValidator: Factory = (externalSchemas, options) => {
  let compiler: Promise<Compile> | undefined
  const load = async (): Promise<Compile> => {
    const { default: createFactory } = await import('@fastify/ajv-compiler')
    return createFactory()(externalSchemas, options)
  }
  return ((route: Parameters<Compile>[0]) => {
    let compiled: Validate | undefined
    return async (value: unknown) => {
      compiled ??= (await (compiler ??= load()))(route) as Validate
      // Fastify takes a promise that rejects with the errors, too; its types do not say so.
      return compiled(value) === false ? Promise.reject(compiled.errors) : true
    }
  }) as unknown as Compile
}
