// What slackapi/slack-github-action calls, v4.0.0: apiCall of the method that is given, with the payload
// that is given; send of a webhook. The action itself is on no registry.
'use strict';
const { readFileSync } = require('node:fs');
const { WebClient } = require('@slack/web-api');
const { IncomingWebhook } = require('@slack/webhook');

(async () => {
  const [method, file] = process.argv.slice(2);
  const payload = JSON.parse(readFileSync(file, 'utf-8'));
  if (method === 'incoming-webhook') {
    console.log(JSON.stringify(await new IncomingWebhook(process.env.HOOK, { retryConfig: { retries: 0 } }).send(payload)));
    return;
  }
  const client = new WebClient(process.env.TOKEN, { allowAbsoluteUrls: false, retryConfig: { retries: 0 }, slackApiUrl: process.env.BASE });
  const answer = await client.apiCall(method, payload);
  console.log(JSON.stringify({ ok: answer.ok, ts: answer.ts, channel: answer.channel }));
})();
