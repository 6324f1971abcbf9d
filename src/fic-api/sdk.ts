/** The part of the official SDK that is used, and its HTTP client: named one by one, so that the bundle takes no more of it. */

export { default as axios } from 'axios'
export { Configuration, UserApi, WebhooksApi } from '@fattureincloud/fattureincloud-ts-sdk'
