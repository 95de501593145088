// What programs do with @slack/web-api: messages, threads, uploadV2, lists.
'use strict';
const { WebClient } = require('@slack/web-api');

(async () => {
  const client = new WebClient(process.env.TOKEN, { slackApiUrl: process.env.BASE, retryConfig: { retries: 0 } });
  const block = { type: 'section', text: { type: 'mrkdwn', text: '*a section*' } };
  const who = await client.auth.test();
  const root = await client.chat.postMessage({ channel: 'librec_channel', text: 'by web-api', blocks: [block] });
  const { channel, ts } = root;
  await client.chat.postMessage({ channel, thread_ts: ts, text: 'a reply', reply_broadcast: true });
  await client.chat.update({ channel, ts, text: 'by web-api, changed' });
  await client.reactions.add({ channel, timestamp: ts, name: 'tada' });
  const one = await client.files.uploadV2({
    channel_id: channel, thread_ts: ts, initial_comment: 'in the thread',
    file: Buffer.from('one file'), filename: 'one.txt', title: 'One',
  });
  const several = await client.files.uploadV2({
    channel_id: channel, blocks: [block],
    file_uploads: [{ content: 'a', filename: 'a.txt' }, { content: 'b', filename: 'b.txt' }],
  });
  const names = [];
  for await (const page of client.paginate('conversations.list', { limit: 1 })) names.push(...page.channels.map((found) => found.name));
  const refused = [];
  for (const call of [
    () => client.chat.postMessage({ channel: 'nowhere', text: 'x' }),
    () => client.chat.postMessage({ channel, text: 'x', blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }),
    () => new WebClient('xoxb-wrong', { slackApiUrl: process.env.BASE, retryConfig: { retries: 0 } }).auth.test(),
  ]) {
    await call().then(() => refused.push(''), (error) => refused.push(error.data && error.data.error));
  }
  const replies = await client.conversations.replies({ channel, ts });
  console.log(JSON.stringify({
    user: who.user, scopes: root.response_metadata && root.response_metadata.scopes, ts, names, refused,
    replies: replies.messages.map((found) => found.text),
    one: one.files.map((found) => found.files.length), several: several.files.map((found) => found.files.length),
  }));
})();
