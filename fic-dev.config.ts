// The configuration that `npm start` uses here, and an example to copy.
// In a project of your own the first line is: import { defineConfig } from 'fic-dev'
import { defineConfig } from './src/index.ts'

export default defineConfig({
  // Where notifications are handed to: your app. The example target of this repository listens here.
  forwardTo: 'http://127.0.0.1:3000/webhooks',

  // Several targets: the first rule that matches wins.
  // forwardTo: [
  //   { types: ['entities.*'], url: 'http://localhost:3000/clients', headers: { 'x-team': 'crm' } },
  //   'http://localhost:3000/webhooks',
  // ],

  // Fatture in Cloud's side runs in the same process: no account, no network. For real notifications take this
  // line out, name your company, and put FIC_ACCESS_TOKEN=… into the environment or into .env (never in here).
  emulator: true,
  // company: 12345,

  // Event types to subscribe to; all of them when left out. The prefix may be left out, group types are allowed.
  // types: ['issued_documents.invoices.create', 'entities.all.update', 'products.*'],

  // How the internet reaches the sink; with the emulator nothing has to.
  // tunnel: ['localtunnel', 'cloudflared'],
  // publicUrl: 'https://hooks.example.com',

  // 'ack': fic-dev answers Fatture in Cloud by itself. 'passthrough': your app's answer is relayed.
  // respond: 'passthrough',
})
