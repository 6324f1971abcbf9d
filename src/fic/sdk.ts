/** What we use of the official SDK. Named here, so that the bundle leaves out the rest; loaded with the first call. */

export { Configuration, UserApi, WebhooksApi } from '@fattureincloud/fattureincloud-ts-sdk'
