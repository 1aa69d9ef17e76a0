// Runs every command of the JavaScript client with real inputs: ids come from earlier steps.
//
// A command that no step sends fails the run. The inputs stand in the order in which a person would use the platform:
// create, read, list, change, delete.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CcApiBridgeClient } from '@clevercloud/client/cc-api-bridge-client.js';
import { CcApiClient } from '@clevercloud/client/cc-api-client.js';
import { RedisHttpClient } from '@clevercloud/client/redis-http-client.js';
import { report, sandbox, violations } from './report.mjs';
import { Types } from './types.mjs';

const packageRoot = join(dirname(fileURLToPath(import.meta.resolve('@clevercloud/client/cc-api-client.js'))), '../../..');
const commands = await loadCommands();
const types = new Types([...commands.values()].map((command) => command.declaration));
const { url, ids, credentials, kvUrl } = await sandbox();
const newViolations = await violations(url);
const tried = new Set();

const oauthTokens = {
  consumerKey: credentials.consumerKey,
  consumerSecret: credentials.consumerSecret,
  token: credentials.token,
  secret: credentials.tokenSecret,
};
const oauth = new CcApiClient({ baseUrl: url, authMethod: { type: 'oauth-v1', oauthTokens } });
const bearer = new CcApiClient({ baseUrl: url, authMethod: { type: 'api-token', apiToken: credentials.apiToken } });
const bridge = new CcApiBridgeClient({ baseUrl: url, oauthTokens });
const redis = new RedisHttpClient({ baseUrl: url, backendUrl: kvUrl });

/** Every class that a caller can send, by the name of its file, with the file of its types. */
async function loadCommands() {
  const found = new Map();
  for (const client of ['cc-api', 'cc-api-bridge', 'redis-http']) {
    const folder = join('src/clients', client, 'commands');
    for (const entry of readdirSync(join(packageRoot, folder), { recursive: true })) {
      if (!/(-command|get-invoice-url)\.js$/.test(entry) || entry.includes('abstract-')) continue;
      const module = await import(pathToFileURL(join(packageRoot, folder, entry)));
      const name = entry.split('/').pop().replace(/\.js$/, '').replaceAll(/(?:^|-)([a-z])/g, (_, letter) => letter.toUpperCase());
      // Two files export a class of the same name: delete-oauth-token-command.js and delete-all-oauth-tokens-command.js.
      const [className, type] = Object.entries(module).find(([own]) => own === name) ?? Object.entries(module).at(-1);
      found.set(name, { type, className, client, declaration: join(packageRoot, 'dist/types', folder, entry.replace(/\.js$/, '.d.ts')) });
    }
  }
  return found;
}

/**
 * Sends a command and reports how its output differs from the declared type.
 *
 * `label` tells apart several inputs of one command. `check` returns more problems of the output.
 */
async function send(name, input, { label, client, check, absent = false } = {}) {
  const { type, className, client: api, declaration } = commands.get(`${name}Command`);
  tried.add(`${name}Command`);
  const sender = client ?? { 'cc-api': oauth, 'cc-api-bridge': bridge, 'redis-http': redis }[api];
  return step(label == null ? name : `${name} (${label})`, async () => {
    const output = await sender.send(new type(input));
    if (absent) return [output, output == null ? [] : [`the result is ${JSON.stringify(output)?.slice(0, 60)}, not null`]];
    return [output, [...types.differences(output, types.output(declaration, className)), ...(check?.(output) ?? [])]];
  });
}

/** Follows a stream until it gave `count` events, and compares them with their type. */
async function follow(name, input, count) {
  const { type, className, declaration } = commands.get(`${name}Command`);
  tried.add(`${name}Command`);
  return step(name, async () => {
    const stream = await oauth.stream(new type(input));
    const events = [];
    const timer = setTimeout(() => stream.close({ type: 'TIMEOUT' }), 15_000);
    stream.onError((error) => events.push(error));
    stream.onLog((log) => events.push(log) >= count && stream.close({ type: 'ENOUGH' }));
    const reason = await stream.start();
    clearTimeout(timer);
    const expected = types.event(declaration, className);
    const problems = events.flatMap((event) => (event instanceof Error ? [String(event)] : types.differences(event, expected)));
    return [events, reason.type === 'TIMEOUT' ? [`only ${events.length} of ${count} events came`, ...problems] : problems];
  });
}

async function step(name, run) {
  let output;
  let problems = [];
  try {
    [output, problems] = await run();
  } catch (error) {
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
    problems = [`throws ${error.message}${cause}`.split('\n')[0]];
  }
  problems.push(...(await newViolations()).map((line) => `violation: ${line}`));
  report('js', name, [...new Set(problems.map((problem) => problem.replaceAll(/\[\d+\]/g, '[]')))]);
  return output;
}

const same = (expected, read, what) => (output) =>
  JSON.stringify(read(output)) === JSON.stringify(expected) ? [] : [`${what} is ${JSON.stringify(read(output))}, not ${JSON.stringify(expected)}`];
const has = (holds, problem) => (output) => (holds(output) ? [] : [problem]);

const ownerId = ids.organisation;

// -- zones, products, prices
await send('ListZone');
await send('ListZone', { ownerId }, { label: 'of an owner' });
await send('GetZone', { zoneName: 'par' });
await send('ListProductRuntime');
await send('ListProductRuntime', { ownerId }, { label: 'of an owner' });
const runtimes = await send('ListProductRuntime', { ownerId }, { label: 'over an API token', client: bearer });
await send('GetProductRuntime', { type: runtimes?.[0]?.type ?? 'node', version: runtimes?.[0]?.version ?? '22' });
await send('ListProductAddon', { withVersions: false });
const products = await send('ListProductAddon', { withVersions: true, ownerId }, { label: 'with versions' });
await send('GetProductAddon', { id: 'postgresql-addon', withVersions: false });
await send('GetProductAddon', { id: 'postgresql-addon', withVersions: true, ownerId }, { label: 'with versions' });
for (const { id } of products ?? []) await send('GetProductAddonVersions', { id }, { label: id });
await send('GetProductElasticsearchInfo');
await send('GetPriceSystem', { ownerId, zone: 'par' });
await send('CheckVatNumber', { country: 'FR', vatNumber: 'FR87524172699' });
await send('CheckVatNumber', { country: 'FR', vatNumber: 'FR00' }, { label: 'wrong number' });
await send('GetHeptapodPriceEstimation', { ownerId });

// -- user
await send('GetProfile');
await send('GetProfile', undefined, { label: 'over an API token', client: bearer });
await send('UpdateProfile', { name: 'Ada Lovelace', phone: '+33200000000', address: '1 rue de la Paix', city: 'Nantes', zipcode: '44000', country: 'FR', lang: 'EN' });
await send('GetProfile', undefined, { label: 'after an update', check: same('Ada Lovelace', (profile) => profile?.name, 'name') });
await send('UpdateProfileAvatar', { type: 'externalSource', source: 'gravatar' }, { label: 'from a service' });
await send('UpdateProfileAvatar', { type: 'dataSource', mimeType: 'image/png', data: png() }, { label: 'from data' });
await send('ListProfileEmailAddress');
await send('CreateProfileEmailAddress', { address: 'ada@example.com' });
await send('ListProfileEmailAddress', undefined, { label: 'after an addition', check: has((all) => all?.secondaryAddresses?.some((one) => one.address === 'ada@example.com'), 'the address is not listed') });
await send('RequestProfileEmailConfirmation');
await send('SetProfilePrimaryEmailAddress', { address: 'ada@example.com' });
await send('DeleteProfileEmailAddress', { address: 'user@sandbox.example' });
await send('CreatePersonalSshKey', { name: 'laptop', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ8mYxE6t0E5h0D8vJ0tq3v0w2C5yQv2J8l3v5T7xYz ada@laptop' });
await send('ListPersonalSshKey', undefined, { check: has((keys) => keys?.some((key) => key.name === 'laptop'), 'the key is not listed') });
await send('DeletePersonalSshKey', { name: 'laptop' });
await send('ListGithubSshKey');
await send('SetUserSetting', { name: 'theme', value: 'dark' });
await send('GetUserSetting', { name: 'theme' }, { check: same('dark', (value) => value, 'the value') });
await send('SetUserSetting', { env: 'preprod', name: 'theme', value: 'light' }, { label: 'of an environment' });
await send('DeleteUserSetting', { name: 'theme' });
await send('GetUserSetting', { name: 'theme' }, { label: 'after a deletion', absent: true });
await send('CreateAuthMfa', { kind: 'TOTP', password: 'sandbox-password' });
await send('ConfirmAuthMfa', { kind: 'TOTP', code: '000000', password: 'sandbox-password' });
await send('GetAuthMfaBackupCodes', { kind: 'TOTP', password: 'sandbox-password' });
await send('DeleteAuthMfa', { kind: 'TOTP', password: 'sandbox-password' });
await send('UpdateAuthPassword', { oldPassword: 'sandbox-password', newPassword: 'another-password', revokeTokens: false });
await send('GetGithubUsername', undefined, { label: 'without a link', absent: true });
const transaction = await send('GetGithubLinkTransactionId');
// GitHub sends the browser of the user there.
await fetch(`${url}/v2/github/callback?code=sandbox&state=${transaction?.transactionId ?? transaction}`);
await send('GetGithubUsername');
await send('ListGithubApplication');
await send('UnlinkGithubAccount');

// -- organisations
const address = { address: '1 rue de la Paix', city: 'Nantes', zipcode: '44000', customerFullName: 'Ada Lovelace' };
const made = await send('CreateOrganisation', { name: 'Analytical Engines', description: 'Engines', country: 'FR', ...address });
await send('CreateOrganisation', {
  name: 'Difference Engines', description: 'Engines', company: 'Engines Ltd', VAT: 'FR87524172699', billingEmailAddress: 'bills@example.com',
  contacts: [{ contactType: 'security', emailAddress: 'security@example.com', phoneNumber: '+33200000000' }], ...address,
}, { label: 'of a company' });
const organisationId = made?.id ?? ownerId;
await send('GetOrganisation', { organisationId });
await send('ListOrganisation', { withPersonalOrganisation: true });
await send('ListOrganisation', { withPersonalOrganisation: false }, { label: 'without the personal one' });
await send('GetOrganisationSummaries');
await send('UpdateOrganisation', { organisationId, name: 'Analytical Engines 2', description: 'More engines', country: 'FR', ...address });
await send('GetOrganisation', { organisationId }, { label: 'after an update', check: same('Analytical Engines 2', (one) => one?.name, 'name') });
await send('UpdateOrganisationAvatar', { organisationId, mimeType: 'image/png', data: png() });
await send('AddOrganisationMember', { organisationId, role: 'DEVELOPER', email: 'bob@example.com', job: 'engineer' });
await send('ListOrganisationMember', { organisationId });
const members = await send('ListOrganisationMember', { organisationId: ownerId }, { label: 'of the initial organisation' });
const memberId = members?.at(-1)?.id ?? ids.user;
await send('UpdateOrganisationMember', { organisationId: ownerId, memberId, role: 'ADMIN', job: 'founder' });
const invited = (await send('ListOrganisationMember', { organisationId }, { label: 'after an invitation' }))?.find((one) => one.id !== ids.user);
await send('RemoveOrganisationMember', { organisationId, memberId: invited?.id ?? memberId });
await send('DeleteOrganisation', { organisationId });
await send('GetOrganisation', { organisationId }, { label: 'after a deletion', absent: true });

// -- applications
const slug = runtimes?.find((one) => one.variant?.slug === 'node')?.variant.slug ?? 'node';
const application = await send('CreateApplication', {
  ownerId, name: 'engine', instance: { slug }, minFlavor: 'XS', branch: 'main', description: 'An engine', environment: [{ name: 'PORT', value: '8080' }], forceHttps: true, tags: ['engine'],
});
const applicationId = application?.id ?? ids.application;
await send('CreateApplication', {
  ownerId, name: 'from-github', instance: { slug }, minFlavor: 'XS', maxFlavor: 'M', buildFlavor: 'M', maxInstances: 2, oauthApp: { type: 'github', id: 'CleverCloud/demo-nodejs' },
}, { label: 'from GitHub' });
await send('GetApplication', { applicationId });
await send('GetApplication', { applicationId: ids.application, ownerId, withBranches: true }, { label: 'with branches' });
await send('GetApplication', { applicationId: ids.personalApplication }, { label: 'of the user' });
await send('ListApplication', { ownerId, withBranches: false });
await send('ListApplication', { ownerId, withBranches: true }, { label: 'with branches' });
await send('UpdateApplication', { applicationId, name: 'engine-2', branch: 'next', minInstances: 2, maxInstances: 4, minFlavor: 'S', maxFlavor: 'M', forceHttps: false, environment: [{ name: 'PORT', value: '8081' }] });
await send('GetApplication', { applicationId }, { label: 'after an update', check: same(['engine-2', 2, 'next'], (one) => [one?.name, one?.instance.minInstances, one?.branch], 'name, instances and branch') });
await send('GetApplicationBranches', { applicationId });
await send('DeployApplication', { applicationId });
await send('DeployApplication', { applicationId: ids.application, commit: 'a'.repeat(40), useCache: false }, { label: 'a commit' });
// The platform shows a new deployment on its v4 route some seconds later.
await advance(300);
const deployments = await send('ListDeployment', { applicationId, limit: 10 });
await send('ListDeployment', { ownerId }, { label: 'of an owner' });
await send('ListDeployment', { applicationId: ids.application, limit: 10, offset: 0, action: 'DEPLOY' }, { label: 'of an action' });
await send('GetDeployment', { applicationId, deploymentId: deployments?.[0]?.id ?? '' });
const running = await send('ListApplicationInstance', { applicationId: ids.application });
await send('ListApplicationInstance', { applicationId: ids.application, includeState: ['UP'], limit: 5, order: 'ASC', since: Date.now() - 86_400_000, until: new Date() }, { label: 'of a state' });
await send('GetApplicationInstance', { applicationId: ids.application, instanceId: running?.[0]?.id ?? '' });
const again = await send('DeployApplication', { applicationId }, { label: 'to be cancelled' });
await send('CancelDeployment', { applicationId, deploymentId: again?.deploymentId ?? '' });
await send('UndeployApplication', { applicationId });
await send('GetLoadBalancerInfo', { applicationId });
await send('GetLoadBalancerInfo', { applicationId, kind: 'private' }, { label: 'private' });

// -- environment, domains, links, tags, redirections
await send('CreateOrUpdateEnvironmentVariable', { applicationId, name: 'GREETING', value: 'hello' });
await send('GetEnvironment', { applicationId, includeLinkedApplications: true, includeLinkedAddons: true }, { check: has((all) => all?.environment?.some((one) => one.name === 'GREETING'), 'the variable is not there') });
await send('GetEnvironment', { applicationId: ids.application, includeLinkedApplications: true, includeLinkedAddons: true }, { label: 'with links' });
await send('UpdateEnvironment', { applicationId, environment: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] });
await send('DeleteEnvironmentVariable', { applicationId, name: 'A' });
await send('GetEnvironment', { applicationId }, { label: 'after a deletion', check: same(['B'], (all) => all?.environment?.map((one) => one.name), 'names') });
await send('UpdateExposedEnvironment', { applicationId, environment: [{ name: 'URL', value: 'https://engine.example' }] });
await send('GetExposedEnvironment', { applicationId });
await send('CreateDomain', { applicationId, domain: 'engine.example.com/api' });
await send('GetPrimaryDomain', { applicationId }, { label: 'before one is set', absent: true });
await send('SetPrimaryDomain', { applicationId, domain: 'engine.example.com/api' });
await send('GetPrimaryDomain', { applicationId });
await send('ListDomain', { applicationId }, { check: has((all) => all?.some((one) => one.isPrimary), 'no domain is the primary one') });
await send('UnsetPrimaryDomain', { applicationId });
await send('DeleteDomain', { applicationId, domain: 'engine.example.com/api' });
await send('AddLink', { applicationId, targetApplicationId: ids.application }, { label: 'to an application' });
await send('AddLink', { applicationId, targetAddonId: ids.addon }, { label: 'to an add-on' });
await send('AddLink', { applicationId: ids.application, targetAddonId: ids.realAddons.redis }, { label: 'to an add-on by its real id' });
await send('ListLink', { applicationId }, { check: same(2, (all) => all?.length, 'number of links') });
await send('ListLink', { addonId: ids.addon, ownerId }, { label: 'of an add-on' });
await send('RemoveLink', { applicationId, targetApplicationId: ids.application }, { label: 'to an application' });
await send('RemoveLink', { applicationId, targetAddonId: ids.addon }, { label: 'to an add-on' });
for (const [label, of] of [['of an application', { applicationId }], ['of an add-on', { addonId: ids.addon }]]) {
  await send('CreateTag', { ...of, tag: 'blue' }, { label });
  await send('ListTag', of, { label, check: has((tags) => tags?.includes('blue'), 'the tag is not listed') });
  await send('UpdateTag', { ...of, tags: ['green', 'red'] }, { label });
  await send('DeleteTag', { ...of, tag: 'red' }, { label });
  await send('ListTag', of, { label: `${label} after changes`, check: same(['green'], (tags) => tags, 'tags') });
}
const namespaces = await send('ListTcpRedirectionNamespace', { ownerId });
const redirection = await send('CreateTcpRedirection', { applicationId, namespace: namespaces?.[0]?.namespace ?? 'default' });
await send('ListTcpRedirection', { applicationId });
await send('DeleteTcpRedirection', { applicationId, namespace: redirection?.namespace ?? 'default', port: redirection?.port ?? 0 });

// -- add-ons
const plan = (id, slug) => products?.find((one) => one.id === id)?.plans.find((one) => slug == null || one.slug === slug)?.id ?? '';
const addon = await send('CreateAddon', { ownerId, name: 'numbers', zone: 'par', providerId: 'postgresql-addon', planId: plan('postgresql-addon'), options: { encryption: 'false' } });
const addonId = addon?.id ?? ids.addon;
for (const product of products ?? []) {
  const created = await send('CreateAddon', { ownerId, name: product.id, zone: 'par', providerId: product.id, planId: plan(product.id) }, { label: product.id });
  if (created != null) {
    await send('GetAddon', { addonId: created.id }, { label: product.id });
    await send('GetEnvironment', { addonId: created.id }, { label: `of ${product.id}` });
  }
}
await send('GetAddon', { addonId });
await send('GetAddon', { addonId: addon?.realId ?? ids.realAddon }, { label: 'by its real id' });
await send('ListAddon', { ownerId });
await send('ListAddon', { ownerId: ids.user }, { label: 'of the user' });
await send('UpdateAddon', { addonId, name: 'numbers-2' }, { check: same('numbers-2', (one) => one?.name, 'name') });
await send('GetAddonSso', { addonId });
await send('GetEnvironment', { addonId }, { label: 'of an add-on' });
for (const [provider, id] of Object.entries(ids.realAddons)) {
  await send('ListBackup', { addonId: id, withCommands: true }, { label: `of ${provider}` });
}
await send('ListBackup', { addonId: ids.addon });
const migrationPlan = plan('postgresql-addon', 's_sml');
await send('ListMigrationPreorder', { addonId, planId: migrationPlan });
const migration = await send('StartMigration', { addonId, planId: migrationPlan, zone: 'par', version: '17' });
await send('ListMigration', { addonId });
await send('GetMigration', { addonId, migrationId: migration?.id ?? '' });
await send('CancelMigration', { addonId, migrationId: migration?.id ?? '' });
await send('GetLoadBalancerInfo', { addonId, ownerId }, { label: 'of an add-on' });
const addons = ids.addons;
await send('GetConfigProvider', { addonId: addons.config });
await send('UpdateConfigProvider', { addonId: addons.config, environment: [{ name: 'COLOUR', value: 'blue' }] });
await send('GetConfigProvider', { addonId: addons.config }, { label: 'after an update', check: same([{ name: 'COLOUR', value: 'blue' }], (all) => all?.environment ?? all, 'environment') });
await send('GetElasticsearchInfo', { addonId: addons.elasticsearch });
await send('GetJenkinsInfo', { addonId: addons.jenkins });
await send('GetMateriaInfo', { addonId: addons.kv, ownerId });
await send('GetMatomoInfo', { addonId: addons.matomo });
await send('GetPulsarInfo', { addonId: addons.pulsar, ownerId });
await send('DeleteAddon', { addonId });
await send('GetAddon', { addonId, ownerId }, { label: 'after a deletion', absent: true });

// -- add-on providers
const provider = {
  ownerId, id: 'engines', name: 'Engines',
  api: {
    configVars: ['ENGINES_URL'], zones: ['par'], password: 'a-password-of-the-provider', ssoSalt: 'a-salt',
    production: { baseUrl: 'https://engines.example/clevercloud/resources', ssoUrl: 'https://engines.example/clevercloud/sso/login' },
    test: { baseUrl: 'https://test.engines.example/clevercloud/resources', ssoUrl: 'https://test.engines.example/clevercloud/sso/login' },
  },
};
const own = await send('CreateAddonProvider', provider);
const addonProviderId = own?.id ?? ids.provider;
await send('GetAddonProvider', { addonProviderId });
await send('UpdateAddonProvider', { addonProviderId, name: 'Engines 2', website: 'https://engines.example', supportEmail: 'help@engines.example', longDesc: 'All kinds of engines' });
await send('GetAddonProvider', { addonProviderId }, { label: 'after an update', check: same(['Engines 2', 'help@engines.example'], (one) => [one?.name, one?.supportEmail], 'name and e-mail') });
await send('CreateAddonProviderFeature', { addonProviderId, name: 'speed', type: 'NUMBER' });
await send('ListAddonProviderFeature', { addonProviderId });
const ownPlan = await send('CreateAddonProviderPlan', { addonProviderId, name: 'Small', slug: 'small', price: 10, features: [{ name: 'speed', type: 'NUMBER', value: '3' }] });
await send('ListAddonProviderPlan', { addonProviderId });
await send('UpdateAddonProviderPlan', { addonProviderId, planId: ownPlan?.id ?? '', name: 'Small 2', slug: 'small', price: 12, features: [{ name: 'speed', type: 'NUMBER', value: '4' }] });
await send('DeleteAddonProviderPlan', { addonProviderId, planId: ownPlan?.id ?? '' });
await send('DeleteAddonProviderFeature', { addonProviderId, name: 'speed' });
await send('DeleteAddonProvider', { addonProviderId });
await send('GetAddonProvider', { addonProviderId, ownerId }, { label: 'after a deletion', absent: true });

// -- logs, drains, metrics, Grafana, tokens
await send('ListLog', { addonId: ids.addon, limit: 10, order: 'DESC', since: Date.now() - 3_600_000, until: Date.now() });
await follow('StreamApplicationRuntimeLog', { applicationId: ids.application, since: new Date(Date.now() - 3_600_000), limit: 3 }, 3);
await follow('StreamApplicationAccessLog', { applicationId: ids.application, since: new Date(Date.now() - 3_600_000), limit: 3 }, 3);
await follow('StreamAddonRuntimeLog', { addonId: ids.addon, since: new Date(Date.now() - 3_600_000), limit: 3 }, 3);
const targets = [
  { type: 'RAW_HTTP', url: 'https://logs.example.com', credentials: { username: 'ada', password: 'secret' } },
  { type: 'SYSLOG_TCP', url: 'tcp://logs.example.com:514', structuredDataParameters: 'X-OVH-TOKEN="a"' },
  { type: 'SYSLOG_UDP', url: 'udp://logs.example.com:514' },
  { type: 'DATADOG', url: 'https://http-intake.logs.datadoghq.com/v1/input/key' },
  { type: 'ELASTICSEARCH', url: 'https://elastic.example.com', credentials: { username: 'ada', password: 'secret' }, indexPrefix: 'engine' },
  { type: 'NEWRELIC', url: 'https://log-api.newrelic.com/log/v1', apiKey: 'key' },
];
let drainId = ids.drain;
for (const target of targets) {
  const kind = target.type === 'NEWRELIC' ? 'ACCESSLOG' : 'LOG';
  const drain = await send('CreateLogDrain', { applicationId, kind, target }, { label: target.type, check: same(target.url, (one) => one?.target.url, 'target') });
  drainId = drain?.id ?? drainId;
}
await send('GetLogDrain', { applicationId, drainId });
await send('ListLogDrain', { applicationId });
await send('ListLogDrain', { applicationId, status: ['ENABLED'], executionStatus: ['RUNNING'], executionStatusNotIn: ['RETRYING'] }, { label: 'of a state' });
await send('DisableLogDrain', { applicationId, drainId }, { check: same('DISABLED', (one) => one?.status, 'status') });
await send('EnableLogDrain', { applicationId, drainId }, { check: same('ENABLED', (one) => one?.status, 'status') });
await send('DeleteLogDrain', { applicationId, drainId });
await send('GetMetrics', { applicationId: ids.application, metrics: ['cpu', 'mem'], interval: 'PT1M', span: 'PT1H', fill: true }, { check: same(['cpu', 'mem'], (all) => Object.keys(all ?? {}).sort(), 'metrics') });
await send('GetMetrics', { addonId: ids.addon, end: new Date() }, { label: 'of an add-on', check: has((all) => all != null && Object.keys(all).length > 0, 'there are no metrics') });
await send('EnableGrafana', { ownerId });
await send('GetGrafana', { ownerId });
await send('ResetGrafana', { ownerId });
await send('DisableGrafana', { ownerId });
await send('GetWarpToken', { ownerId, tokenKind: 'METRICS' });
await send('GetWarpToken', { ownerId, tokenKind: 'ACCESS_LOGS' }, { label: 'of access logs' });

// -- network groups
const group = await send('CreateNetworkGroup', { ownerId, label: 'engines', description: 'Engines', tags: ['engine'], members: [{ id: ids.application, label: 'engine' }] });
await send('CreateNetworkGroup', { ownerId }, { label: 'without anything' });
const networkGroupId = group?.id ?? '';
await send('GetNetworkGroup', { ownerId, networkGroupId });
await send('ListNetworkGroup', { ownerId });
await send('SearchNetworkGroup', { ownerId, query: 'engines' });
await send('SearchNetworkGroup', { ownerId, query: 'engines', types: ['NetworkGroup', 'Member'] }, { label: 'of types' });
await send('CreateNetworkGroupMember', { ownerId, networkGroupId, memberId: ids.addon, label: 'numbers' });
await send('GetNetworkGroupMember', { ownerId, networkGroupId, memberId: ids.addon });
const laptop = 'external_00000000-0000-4000-8000-000000000001';
await send('CreateNetworkGroupMember', { ownerId, networkGroupId, memberId: laptop, label: 'laptop' }, { label: 'external' });
const peer = await send('CreateNetworkGroupExternalPeer', { ownerId, networkGroupId, label: 'laptop', peerRole: 'CLIENT', publicKey: 'uVJ3z7mCk1nY0gQ0n8F3pVQ8zYw9f1x1uJ5m1n4WZ0c=', parentMember: laptop });
const peerId = peer?.id ?? '';
await send('GetNetworkGroupPeer', { ownerId, networkGroupId, peerId });
await send('GetNetworkGroup', { ownerId, networkGroupId }, { label: 'with members and peers' });
await send('GetNetworkGroupWireguardConfiguration', { ownerId, networkGroupId, peerId });
await send('GetNetworkGroupWireguardConfigurationUrl', { ownerId, networkGroupId, peerId });
await send('DeleteNetworkGroupExternalPeer', { ownerId, networkGroupId, externalPeerId: peerId });
await send('DeleteNetworkGroupMember', { ownerId, networkGroupId, memberId: ids.addon });
await send('DeleteNetworkGroup', { ownerId, networkGroupId });

// -- notifications
await send('GetNotificationInfo');
const email = await send('CreateEmailNotification', {
  ownerId, name: 'team', targets: [{ type: 'email', emailAddresses: ['ada@example.com', 'bob@example.com'] }, { type: 'organisation' }, { type: 'user' }], events: ['DEPLOYMENT_SUCCESS', 'META_CREDITS'], scope: [ids.application],
});
await send('CreateEmailNotification', { ownerId, name: 'all', targets: [{ type: 'organisation' }] }, { label: 'of all events' });
await send('ListEmailNotification', { ownerId });
await send('DeleteEmailNotification', { ownerId, emailNotificationId: email?.id ?? '' });
const webhook = await send('CreateWebhookNotification', { ownerId, name: 'chat', urls: [{ format: 'slack', url: 'https://hooks.example.com' }], events: ['DEPLOYMENT_FAIL'], scope: [ids.application] });
await send('CreateWebhookNotification', { ownerId, name: 'all', urls: [{ format: 'raw', url: 'https://hooks.example.com' }] }, { label: 'of all events' });
await send('ListWebhookNotification', { ownerId });
await send('DeleteWebhookNotification', { ownerId, webhookNotificationId: webhook?.id ?? '' });

// -- OAuth consumers
const rights = Object.fromEntries(
  ['accessOrganisations', 'accessOrganisationsBills', 'accessOrganisationsCreditCount', 'accessOrganisationsConsumptionStatistics', 'accessPersonalInformation', 'manageOrganisations',
    'manageOrganisationsServices', 'manageOrganisationsApplications', 'manageOrganisationsMembers', 'managePersonalInformation', 'manageSshKeys'].map((right) => [right, right.startsWith('access')]),
);
const consumerInput = { name: 'tool', description: 'A tool', url: 'https://tool.example', picture: 'https://tool.example/logo.png', baseUrl: 'https://tool.example', rights };
const consumer = await send('CreateOauthConsumer', { ownerId, ...consumerInput });
const oauthConsumerKey = consumer?.key ?? ids.consumer;
await send('GetOauthConsumer', { oauthConsumerKey, withSecret: true });
await send('GetOauthConsumer', { oauthConsumerKey, withSecret: false }, { label: 'without its secret' });
await send('GetOauthConsumerSecret', { oauthConsumerKey });
await send('ListOauthConsumer', { ownerId, withSecret: true });
await send('ListOauthConsumer', { ownerId, withSecret: false }, { label: 'without secrets' });
await send('UpdateOauthConsumer', { oauthConsumerKey, ...consumerInput, name: 'tool-2' });
await send('DeleteOauthConsumer', { oauthConsumerKey });

// -- billing
const invoices = await send('ListInvoice', { ownerId });
await send('ListInvoice', { ownerId, since: Date.now() - 90 * 86_400_000, until: Date.now(), limit: 2 }, { label: 'of a time' });
const unpaid = (await send('ListUnpaidInvoice', { ownerId }))?.[0]?.invoiceNumber ?? ids.invoice;
const invoiceNumber = invoices?.[0]?.invoiceNumber ?? ids.invoice;
await send('GetInvoice', { ownerId, invoiceNumber });
await send('GetInvoice', { ownerId, invoiceNumber: unpaid }, { label: 'unpaid' });
await send('GetInvoiceHtml', { ownerId, invoiceNumber });
await send('GetInvoicePdf', { ownerId, invoiceNumber });
await getInvoiceUrl('html', 'text/html');
await getInvoiceUrl('pdf', 'application/pdf');
await send('GetCreditsSummary', { ownerId });
await send('ActivateCoupon', { ownerId, couponName: 'SANDBOX' });
await send('GetStripeIntent', { ownerId });
await send('CreatePaymentMethod', { ownerId, id: 'pm_first' });
const method = await send('CreatePaymentMethod', { ownerId, id: 'pm_second' }, { label: 'another one' });
await send('ListPaymentMethod', { ownerId });
await send('SetPrimaryPaymentMethod', { ownerId, id: method?.token ?? 'pm_second' });
await send('DeletePaymentMethod', { ownerId, token: method?.token ?? 'pm_second' });
const unpaidWorld = await (await fetch(`${url}/_sandbox/snapshot`)).text();
const intent = await send('InitStripe', { ownerId, invoiceNumber: unpaid });
await send('AuthorizeStripe', { ownerId, invoiceNumber: unpaid, intentId: intent?.providerTransactionId ?? 'pi_1' });
// The invoice is unpaid again.
await fetch(`${url}/_sandbox/snapshot`, { method: 'PUT', body: unpaidWorld });
await send('InitPaypal', { ownerId, invoiceNumber: unpaid });
await send('AuthorizePaypal', { ownerId, invoiceNumber: unpaid, transactionId: 'PAY-1' });

// -- Redis over HTTP
await send('CreateStringKey', { key: 'text', value: 'hello' });
await send('GetStringKey', { key: 'text' }, { check: same('hello', (one) => one?.value, 'value') });
await send('UpdateStringKey', { key: 'text', value: 'bye' });
await send('CreateHashKey', { key: 'hash', elements: [{ field: 'a', value: '1' }] });
await send('SetHashKeyElement', { key: 'hash', field: 'b', value: '2' });
await send('ScanHashKey', { key: 'hash', count: 10, match: '*' });
await send('DeleteHashKeyElement', { key: 'hash', field: 'b' });
await send('CreateListKey', { key: 'list', elements: ['a', 'b'] });
await send('AddListKeyElement', { key: 'list', value: 'c', position: 'tail' });
await send('GetListKeyElement', { key: 'list', index: 0 });
await send('UpdateListKeyElement', { key: 'list', index: 0, value: 'z' });
await send('ScanListKey', { key: 'list', count: 10 });
await send('CreateSetKey', { key: 'set', elements: ['a', 'b'] });
await send('AddSetKeyElement', { key: 'set', element: 'c' });
await send('DeleteSetKeyElement', { key: 'set', element: 'a' });
await send('ScanSetKey', { key: 'set', count: 10, match: '*' });
await send('ScanKey', { count: 10, match: '*' });
await send('DeleteKey', { key: 'set' });
await send('CmdSend', { command: 'GET', args: ['text'] });
await send('CmdCliSend', { commandLine: 'GET text' });

// -- API tokens and tokens: last, because what they revoke is used above
const expirationDate = new Date(Date.now() + 30 * 86_400_000);
const token = await send('CreateApiToken', { email: 'ada@example.com', password: 'another-password', name: 'ci', description: 'For CI', expirationDate });
await send('ListApiToken');
await send('UpdateApiToken', { apiTokenId: token?.apiTokenId ?? '', name: 'ci-2', description: 'Still for CI' });
const withToken = new CcApiClient({ baseUrl: url, authMethod: { type: 'api-token', apiToken: token?.apiToken ?? '' } });
await send('GetProfile', undefined, { label: 'over a new API token', client: withToken });
await send('DeleteApiToken', { apiTokenId: token?.apiTokenId ?? '' });
const tokens = await send('ListOauthToken');
await send('DeleteApplication', { applicationId });
await send('GetApplication', { applicationId, ownerId }, { label: 'after a deletion', absent: true });
const other = tokens?.find((one) => one.token !== credentials.token);
await send('DeleteOauthToken', { token: other?.token ?? credentials.token });
await send('DeleteAllOauthTokens');

for (const name of commands.keys()) {
  if (!tried.has(name)) report('js', name.replace(/Command$/, ''), ['no step covers it']);
}

async function getInvoiceUrl(format, mediaType) {
  tried.add('GetInvoiceUrl');
  const { GetInvoiceUrl } = await import('@clevercloud/client/cc-api-commands/invoice/get-invoice-url.js');
  await step(`GetInvoiceUrl (${format})`, async () => {
    const signed = oauth.getUrl(new GetInvoiceUrl({ ownerId, invoiceNumber, format }));
    const answer = await fetch(signed);
    const type = answer.headers.get('content-type');
    return [signed, answer.status === 200 && type?.startsWith(mediaType) ? [] : [`the URL answers ${answer.status} ${type}`]];
  });
}

/** Moves the time of the sandbox ahead. */
async function advance(seconds) {
  await fetch(`${url}/_sandbox/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
}

/** A picture of one pixel. */
function png() {
  const bytes = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  return new Blob([bytes], { type: 'image/png' });
}
