/** `/user/info` and `/user/companies`: whose token it is, and what it can see (docs/protocol.md#8-tokens). */

import type { FastifyInstance } from 'fastify'
import { defaultCompany } from '../contract/vocabulary.ts'
import type { State } from './state.ts'

export function addUserRoutes(api: FastifyInstance, state: State): void {
  api.get('/user/info', async () => ({
    data: {
      id: 1,
      name: 'Ada Emulata',
      first_name: 'Ada',
      last_name: 'Emulata',
      email: 'ada@example.com',
      hash: '5d41402abc4b2a76b9719d911017c592',
      picture: null,
    },
    info: {
      need_marketing_consents_confirmation: false,
      need_password_change: false,
      need_terms_of_service_confirmation: false,
    },
    email_confirmation_state: { need_confirmation: false },
  }))

  api.get('/user/companies', async () => {
    const companies = new Set([defaultCompany, ...state.subscriptions.map(({ company }) => company)])
    return { data: { companies: [...companies].map(toCompany) } }
  })
}

function toCompany(id: number): unknown {
  return {
    id,
    name: `Azienda ${id} S.r.l.`,
    type: 'company',
    fic_license_expire: null,
    fic_plan: 'premium_plus',
    connection_id: id,
    tax_code: null,
    vat_number: null,
    controlled_companies: [],
  }
}
