// What programs do with @slack/webhook.
'use strict';
const { IncomingWebhook } = require('@slack/webhook');

(async () => {
  const hook = new IncomingWebhook(process.env.HOOK);
  const said = [await hook.send('by webhook'), await hook.send({ text: 'with blocks', blocks: [{ type: 'divider' }], unfurl_links: false })];
  let thread = '';
  if (process.env.THREAD) thread = (await hook.send({ text: 'its reply', thread_ts: process.env.THREAD })).text;
  const refused = await hook.send({ blocks: [{ type: 'sectoin' }] }).then(() => '', (error) => error.message);
  const gone = await new IncomingWebhook(`${process.env.HOOK}x`).send('x').then(() => '', (error) => error.message);
  console.log(JSON.stringify({ said: said.map((one) => one.text), thread, refused, gone }));
})();
