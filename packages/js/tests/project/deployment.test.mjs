// A deployment, its log followed to its end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { client, ids } from './sandbox.mjs';

test('an application is deployed, and its log is followed until the deployment has ended', async () => {
  const one = client();
  const input = { ownerId: ids.organisation, name: 'shop', instance: { slug: 'node' }, minFlavor: 'XS' };
  const { id: applicationId } = await one.dispatch('CreateApplication', input);
  const controller = new AbortController();
  const lines = [];
  const since = new Date(0);
  const following = (async () => {
    for await (const { item } of one.stream('StreamApplicationRuntimeLog', { applicationId, since }, { signal: controller.signal })) {
      lines.push(item);
    }
  })().catch((reason) => assert.equal(reason, controller.signal.reason));
  const verdict = await one.dispatch('DeployAndWait', { applicationId, deadline: 300 });
  assert.equal(verdict.outcome, 'succeeded');
  assert.equal(verdict.deployment.applicationId, applicationId);
  while (!lines.some((line) => line.deploymentId === verdict.deploymentId)) await new Promise((done) => setTimeout(done, 20));
  controller.abort();
  await following;
});
