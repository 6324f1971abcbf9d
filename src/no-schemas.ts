/** For a Fastify server whose routes have no schemas: it would load two compilers at the start that it never uses. */

const refuse = (): never => {
  throw new Error('A route has a schema, and there is no compiler for it.')
}

/** Fastify's option `schemaController`. */
export const noSchemas = { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } }
