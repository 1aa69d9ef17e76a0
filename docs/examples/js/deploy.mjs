// Creates an application in the sandbox, deploys it, reads its log and deletes it.
//
//   npm install @clevercloud/client && node deploy.mjs      (Node 22 or later)

import { CcApiClient } from '@clevercloud/client/cc-api-client.js';
import { CreateApplicationCommand } from '@clevercloud/client/cc-api-commands/application/create-application-command.js';
import { DeleteApplicationCommand } from '@clevercloud/client/cc-api-commands/application/delete-application-command.js';
import { DeployApplicationCommand } from '@clevercloud/client/cc-api-commands/application/deploy-application-command.js';
import { ListDeploymentCommand } from '@clevercloud/client/cc-api-commands/deployment/list-deployment-command.js';
import { StreamApplicationRuntimeLogCommand } from '@clevercloud/client/cc-api-commands/log/stream-application-runtime-log-command.js';
import { ListOrganisationCommand } from '@clevercloud/client/cc-api-commands/organisation/list-organisation-command.js';

const baseUrl = process.env.SANDBOX_URL ?? 'http://127.0.0.1:8080';
const client = new CcApiClient({ baseUrl, authMethod: { type: 'api-token', apiToken: 'sandbox-token' } });

const [{ id: ownerId }] = await client.send(new ListOrganisationCommand({ withPersonalOrganisation: false }));
const { id: applicationId } = await client.send(
  new CreateApplicationCommand({ ownerId, name: 'shop', instance: { slug: 'node' }, minFlavor: 'XS', environment: [{ name: 'PORT', value: '8080' }] }),
);
const { deploymentId } = await client.send(new DeployApplicationCommand({ applicationId }));

// A deployment takes some seconds: the time of the sandbox runs twenty times faster than real time.
let state;
do {
  await new Promise((done) => setTimeout(done, 500));
  const deployments = await client.send(new ListDeploymentCommand({ applicationId }));
  state = deployments.find((deployment) => deployment.id === deploymentId).state;
} while (state === 'WORK_IN_PROGRESS');
console.log(`deployment ${state}`);

const log = await client.stream(new StreamApplicationRuntimeLogCommand({ applicationId, since: new Date(0), limit: 3 }));
let lines = 0;
log.onLog(({ message }) => {
  console.log(`log: ${message}`);
  lines += 1;
  if (lines === 3) log.close();
});
await log.start();

await client.send(new DeleteApplicationCommand({ applicationId }));
console.log('done');
