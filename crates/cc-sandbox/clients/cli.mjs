// Every command of the official command line, clever-tools, that needs no terminal, with inputs from earlier steps. A command that
// prints JSON, too, runs in both formats.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { report, sandbox, violations } from './report.mjs';

const tools = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/clever-tools');
const { url, ids, credentials, redisUrl } = await sandbox();
const reported = await violations(url);
const home = mkdtempSync(join(tmpdir(), 'clever-tools-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const work = join(home, 'work');
mkdirSync(work);

const environment = {
  ...process.env,
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  API_HOST: url,
  AUTH_BRIDGE_HOST: url,
  CONSOLE_URL: `${url}/console`,
  OAUTH_CONSUMER_KEY: credentials.consumerKey,
  OAUTH_CONSUMER_SECRET: credentials.consumerSecret,
  CLEVER_TOKEN: credentials.token,
  CLEVER_SECRET: credentials.tokenSecret,
  GIT_CONFIG_NOSYSTEM: '1',
  // No browser opens.
  PATH: `${home}/bin:${process.env.PATH}`,
  NO_COLOR: '1',
};
mkdirSync(join(home, 'bin'));
writeFileSync(join(home, 'bin/xdg-open'), '#!/bin/sh\n', { mode: 0o755 });

/** Commands that are not run, and why. */
const NOT_RUN = {
  ssh: 'needs the SSH gateway of the platform',
};

const covered = new Set(Object.keys(NOT_RUN));

/** Runs the command line. */
function clever(words, { stdin = '', cwd = work, env = {}, timeout = 120_000 } = {}) {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(tools, 'bin/clever.js'), ...words],
      { cwd, env: { ...environment, ...env }, timeout, maxBuffer: 64 << 20 },
      (error, out, err) => resolve({ code: error == null ? 0 : (error.code ?? error.signal), out, err }),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

const ODD = /\bundefined\b|\bNaN\b|Invalid Date|\[object Object\]/;

/** Problems of a run, other than those of its step. */
function problemsOf({ code, out, err }, fails) {
  const lines = err.trim().split('\n');
  const told = (lines.find((line) => line.includes('[ERROR]')) ?? (lines[0] || out.trim().slice(-200))).slice(0, 300);
  if (fails != null) {
    return code !== 0 && fails.test(err) ? [] : [`it was to fail with ${fails}, and ended with ${code}: ${told}`];
  }
  const problems = code === 0 ? [] : [`exit code ${code}: ${told}`];
  const odd = out.split('\n').find((line) => ODD.test(line));
  if (odd != null) problems.push(`the output shows ${odd.match(ODD)[0]}: ${odd.trim().slice(0, 120)}`);
  return problems;
}

/**
 * Runs a command, reports it, and returns its output: the JSON, if it was asked for. `command` is the path of the command, and
 * `words` its arguments. Options: `json` to run it in both formats, `check(output)` returns a problem, `fails` matches the error
 * that is due.
 */
async function step(command, words = [], { json = false, check = () => null, fails, ...options } = {}) {
  covered.add(command);
  const all = [...command.split(' '), ...words];
  const [human, machine] = await Promise.all([clever(all, options), json ? clever([...all, '-F', 'json'], options) : null]);
  let value = human.out;
  const problems = problemsOf(human, fails);
  if (machine != null) {
    const found = problemsOf(machine, fails);
    if (found.length === 0) {
      try {
        value = JSON.parse(machine.out);
      } catch (error) {
        found.push(`the output is not JSON: ${error.message}: ${machine.out.slice(0, 120)}`);
      }
    }
    if (found.length === 0) found.push(...wrong(check, value));
    report('cli', `${command} -F json`, found);
  } else if (problems.length === 0) {
    problems.push(...wrong(check, value));
  }
  report('cli', [command, ...words.filter((word) => word.startsWith('--'))].join(' '), problems);
  return value;
}

function wrong(check, value) {
  try {
    const problem = check(value);
    return problem == null || problem === true ? [] : [problem === false ? `unexpected output: ${JSON.stringify(value)?.slice(0, 300)}` : problem];
  } catch (error) {
    return [`${error.message} in ${JSON.stringify(value)?.slice(0, 300)}`];
  }
}

const has = (text) => (out) => (typeof out === 'string' ? out : JSON.stringify(out)).includes(text);
const lacks = (text) => (out) => !has(text)(out);
const org = ['--org', ids.organisation];
const git = (...words) => execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.org', ...words], { cwd: work, env: { ...environment, PATH: process.env.PATH } }).toString();

/** The groups, each of which goes its own way. */
const GROUPS = {
  async account() {
    await step('version', [], { check: has('4.') });
    await step('help');
    await step('diag', [], { json: true });
    await step('profile', [], { json: true, check: has(ids.user) });
    await step('profile list', [], { json: true });
    await step('profile open');
    await step('console', ['--app', ids.application]);
    await step('emails', [], { json: true, check: has('user@sandbox.example') });
    await step('emails add', ['second@sandbox.example']);
    await step('emails', [], { check: has('second@sandbox.example') });
    await step('emails primary', ['second@sandbox.example']);
    await step('emails primary', ['user@sandbox.example']);
    await step('emails remove', ['second@sandbox.example']);
    await step('emails add', ['third@sandbox.example']);
    await step('emails remove-all', ['--yes']);
    await step('emails', [], { check: lacks('third@sandbox.example') });
    await step('emails open');
    writeFileSync(join(home, 'key.pub'), `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${'A'.repeat(48)} me@example.org\n`);
    await step('ssh-keys', [], { json: true });
    await step('ssh-keys add', ['mine', join(home, 'key.pub')]);
    await step('ssh-keys', [], { json: true, check: has('mine') });
    await step('ssh-keys remove', ['mine']);
    await step('ssh-keys', [], { check: lacks('mine') });
    await step('ssh-keys add', ['other', join(home, 'key.pub')]);
    await step('ssh-keys remove-all', ['--yes']);
    await step('ssh-keys open');
    await step('tokens', [], { json: true });
    const made = await step('tokens create', ['ci', '--expiration', '1h'], { stdin: 'sandbox-password\n' });
    const listed = await step('tokens', [], { json: true, check: has('ci') });
    const token = [listed].flat().map((own) => own.apiTokenId ?? own.id).find(Boolean) ?? made;
    await step('tokens revoke', [token]);
    await step('curl', [`${url}/v2/self`, '-s'], { check: has(ids.user) });
    const away = { CLEVER_TOKEN: undefined, CLEVER_SECRET: undefined, XDG_CONFIG_HOME: join(home, 'away') };
    const words = (alias) => ['--token', credentials.token, '--secret', credentials.tokenSecret, '--alias', alias, '--api-host', url];
    await step('login', words('one'), { env: away });
    await step('login', words('two'), { env: away });
    await step('profile switch', ['--alias', 'one'], { env: away });
    await step('logout', ['--alias', 'two'], { env: away });
  },

  async application() {
    git('init', '--quiet', '--initial-branch=master');
    writeFileSync(join(work, 'index.js'), '');
    git('add', '.');
    git('commit', '--quiet', '--message', 'one');
    const made = await step('create', ['shop', '--type', 'node', '--region', 'par', ...org, '-F', 'json']);
    const app = JSON.parse(made || '{}').id;
    await step('create', ['--type', 'rust', ...org, '--alias', 'second', 'job', '--task', 'true']);
    await step('applications', ['--json'], { check: has('shop') });
    await step('applications list', [...org], { json: true, check: has('shop') });
    await step('make-default', ['shop']);
    await step('unlink', ['second']);
    await step('link', [ids.application, '--alias', 'linked']);
    await step('unlink', ['linked']);
    await step('config', [], { check: has('shop') });
    await step('config set', ['zero-downtime', 'true']);
    await step('config get', ['zero-downtime']);
    await step('config update', ['--description', 'a shop', '--enable-sticky-sessions', '--enable-cancel-on-push', '--enable-force-https']);
    await step('config', [], { check: has('a shop') });
    await step('env set', ['COLOUR', 'blue']);
    await step('env', [], { json: true, check: has('blue') });
    await step('env', ['-F', 'shell'], { check: has('export COLOUR="blue"') });
    await step('env import', [], { stdin: 'COLOUR="green"\nSIZE="3"\n' });
    await step('env import', ['--json'], { stdin: '[{"name":"COLOUR","value":"red"},{"name":"SIZE","value":"4"}]' });
    await step('env', [], { json: true, check: has('red') });
    await step('env rm', ['SIZE']);
    await step('env', [], { check: lacks('SIZE') });
    await step('env import-vars', ['A'], { env: { A: 'there' } });
    await step('env', [], { json: true, check: has('there') });
    await step('published-config set', ['SHOP', 'open']);
    await step('published-config', [], { json: true, check: has('open') });
    await step('published-config import', [], { stdin: 'SHOP="closed"\n' });
    await step('published-config rm', ['SHOP']);
    await step('scale', ['--flavor', 'M', '--instances', '2']);
    await step('scale', ['--min-flavor', 'S', '--max-flavor', 'L', '--min-instances', '1', '--max-instances', '3', '--build-flavor', 'XL']);
    await step('status', [], { json: true });
    await step('domain', [], { json: true });
    await step('domain add', ['shop.example.org']);
    await step('domain', [], { json: true, check: has('shop.example.org') });
    await step('domain favourite set', ['shop.example.org']);
    await step('domain favourite', [], { json: true, check: has('shop.example.org') });
    await step('domain overview', [], { json: true, check: has('shop.example.org') });
    await step('domain diag', ['--filter', 'cleverapps'], { json: true });
    await step('domain favourite unset');
    await step('domain rm', ['shop.example.org']);
    await step('tcp-redirs list-namespaces', [], { json: true });
    const port = /port: (\d+)/.exec(await step('tcp-redirs add', ['--namespace', 'default']))?.[1];
    await step('tcp-redirs', [], { json: true, check: has(String(port)) });
    await step('tcp-redirs remove', [String(port), '--namespace', 'default']);
    await step('service', [], { json: true });
    await step('service link-addon', ['cache']);
    await step('service link-app', ['worker']);
    await step('service', ['--only-apps'], { json: true, check: has('worker') });
    await step('service unlink-addon', ['cache']);
    await step('service unlink-app', ['worker']);
    await step('features enable', ['system-git']);
    await step('deploy', [], { check: has('pushed with git') });
    await step('deploy', [], { fails: /same commit/ });
    await step('deploy', ['--same-commit-policy', 'ignore']);
    git('commit', '--quiet', '--amend', '--message', 'other');
    await step('deploy', [], { fails: /fast-forward/ });
    await step('deploy', ['--force', '--follow=false', '--exit-on', 'deploy-start']);
    // Deployments are short here: another one begins as soon as one ends.
    const deploys = setInterval(() => fetch(`${url}/v2/organisations/${ids.organisation}/applications/${app}/instances`, { method: 'POST', headers: { authorization: `Bearer ${credentials.apiToken}` } }), 400);
    await step('cancel-deploy');
    clearInterval(deploys);
    await step('restart', ['--commit', git('rev-parse', '--short', 'HEAD').trim(), '--quiet']);
    await step('restart', ['--without-cache', '--exit-on', 'deploy-start']);
    await step('activity', ['--show-all'], { json: true, check: has(git('rev-parse', 'HEAD').trim()) });
    await step('open');
    await step('logs', ['--app', ids.application, '--after', '1h', '--before', new Date().toISOString()], { json: true });
    await step('accesslogs', ['--app', ids.application, '--after', '1h', '--before', new Date().toISOString()], { json: true });
    await step('stop');
    await step('notify-email add', ['mine', '--notify', 'me@example.org']);
    await step('webhooks add', ['hook', 'https://hook.example.org']);
    await step('delete', ['--yes', '--app', app ?? 'shop']);
    await step('applications list', [...org], { check: lacks('shop') });
  },

  async addons() {
    await step('addon', [...org], { json: true });
    await step('addon list', [...org], { json: true, check: has('cache') });
    await step('addon providers', [], { json: true, check: has('redis-addon') });
    await step('addon providers show', ['postgresql-addon'], { json: true });
    const made = await step('addon create', ['redis-addon', 'queue', '--plan', 's_mono', '--yes', ...org, '-F', 'json']);
    const addon = JSON.parse(made || '{}');
    await step('addon create', ['kv', 'store', '--yes', ...org]);
    await step('addon create', ['keycloak', 'doors', '--yes', ...org], { check: has('doors') });
    await step('addon env', [addon.id ?? 'queue', ...org], { json: true, check: has('REDIS_URL') });
    await step('addon rename', ['queue', 'line', ...org]);
    await step('addon list', [...org], { check: has('line') });
    for (const name of ['line', 'store']) {
      await step('kv', [name, 'SET', 'colour', name], { check: has('OK') });
      await step('kv', [name, 'GET', 'colour'], { json: true, check: has(name) });
    }
    await step('addon delete', ['line', '--yes', ...org]);
    await step('addon list', [...org], { check: lacks('line') });
    const backups = await step('database backups', [ids.realAddon, ...org], { json: true });
    const file = join(home, 'backup');
    const backup = [backups].flat()[0] ?? {};
    await step('database backups download', [ids.addon, backup.backupId ?? backup.backup_id ?? 'none', '--output', file, ...org], {
      check: () => existsSync(file) && readFileSync(file).length > 0,
    });
    await step('config-provider list', [], { json: true, check: has('configuration') });
    await step('config-provider set', ['configuration', 'COLOUR', 'blue']);
    await step('config-provider get', ['configuration'], { json: true, check: has('blue') });
    await step('config-provider import', ['configuration'], { stdin: 'SIZE="3"\n' });
    await step('config-provider rm', ['configuration', 'SIZE']);
    await step('config-provider open', ['configuration']);
    await step('logs', ['--addon', ids.addon, '--after', '1h', '--before', new Date().toISOString()]);
  },

  async operators() {
    for (const [kind, name] of [['keycloak', 'accounts'], ['matomo', 'visits'], ['metabase', 'figures'], ['otoroshi', 'gateway']]) {
      await step(kind, [], { json: true, check: has(name) });
      await step(`${kind} get`, [name], { json: true });
      await step(`${kind} open`, [name]);
      await step(`${kind} open logs`, [name]);
      await step(`${kind} open webui`, [name]);
      await step(`${kind} restart`, [name]);
      await step(`${kind} rebuild`, [name]);
      if (kind !== 'matomo') {
        // It offers the newest version, if there is one.
        const versions = await step(`${kind} version`, [name], { json: true, stdin: 'y\n' });
        await step(`${kind} version check`, [name], { json: true, stdin: 'y\n' });
        const target = [versions.available ?? versions.availableVersions ?? []].flat().at(-1);
        await step(`${kind} version update`, [name, '--target', typeof target === 'string' ? target : (versions.latest ?? '1.0.0')]);
      }
      if (kind === 'keycloak' || kind === 'otoroshi') {
        await step(`${kind} enable-ng`, [name]);
        await step(`${kind} disable-ng`, [name]);
      }
    }
    await step('otoroshi get-config', ['gateway']);
    await step('otoroshi open swaggerui', ['gateway']);
  },

  async kubernetes() {
    await step('k8s list', org, { json: true });
    await step('k8s quota', org, { json: true });
    await step('k8s create', ['fleet', '--nodegroup', 'S:2', '--description', 'ships', '--tag', 'a,b', '--yes', '--watch', ...org]);
    await step('k8s get', ['fleet', ...org], { json: true, check: has('fleet') });
    await step('k8s activity', ['fleet', ...org], { json: true });
    await step('k8s get-kubeconfig', ['fleet', ...org], { check: has('apiVersion') });
    await step('k8s update', ['fleet', '--description', 'boats', ...org]);
    await step('k8s add-persistent-storage', ['fleet', ...org]);
    await step('k8s version', ['fleet', ...org], { json: true, stdin: 'y\n' });
    const versions = await step('k8s version check', ['fleet', ...org], { json: true, stdin: 'y\n' });
    await step('k8s version update', ['fleet', '--target', versions.latest ?? 'none', ...org]);
    await step('k8s nodegroups create', ['fleet', 'extra', 'XS:1', ...org]);
    await step('k8s nodegroups list', ['fleet', ...org], { json: true, check: has('extra') });
    await step('k8s nodegroups get', ['fleet', 'extra', ...org], { json: true });
    await step('k8s nodegroups update', ['fleet', 'extra', '--count', '3', ...org]);
    await step('k8s nodegroups delete', ['fleet', 'extra', '--yes', ...org]);
    await step('k8s delete', ['fleet', '--yes', ...org]);
  },

  async network() {
    await step('ng', org, { json: true });
    await step('ng create', ['net', '--description', 'a net', '--tags', 'a,b', ...org]);
    await step('ng', org, { json: true, check: has('net') });
    await step('ng get', ['net', ...org], { json: true });
    await step('ng link', [ids.application, 'net', ...org]);
    await step('ng create external', ['laptop', 'net', 'MD0eDrVzkbkEPpnLyH1bpn5bVmG4vHYkbrl0zOrFYnA=', ...org]);
    await step('ng search', ['laptop', ...org], { json: true, check: has('laptop') });
    await step('ng get-config', ['laptop', 'net', ...org], { check: has('[Interface]') });
    await step('ng delete external', ['laptop', 'net', ...org]);
    await step('ng unlink', [ids.application, 'net', ...org]);
    await step('ng delete', ['net', ...org]);
  },

  async rest() {
    await step('features', [], { json: true });
    await step('features list', [], { json: true });
    await step('features info', ['kv']);
    await step('features disable', ['ng'], { env: { XDG_CONFIG_HOME: join(home, 'features') } });
    const of = ['--app', ids.application];
    await step('drain', of, { json: true });
    const told = await step('drain create', ['raw-http', `${url}/_sandbox/help`, '--username', 'u', '--password', 'p', ...of]);
    await step('drain create', ['elasticsearch', 'https://es.example.org/_bulk', '-u', 'u', '-p', 'p', '--index-prefix', 'logs', ...of]);
    const drains = await step('drain', of, { json: true, check: (list) => list.length >= 3 });
    const drain = /drain_[\w-]+/.exec(told)?.[0] ?? drains.at?.(-1)?.id ?? ids.drain;
    await step('drain get', [drain, ...of], { json: true, check: has(drain) });
    await step('drain check', [drain, ...of], { json: true });
    await step('drain disable', [drain, ...of]);
    await step('drain enable', [drain, ...of]);
    await step('drain remove', [drain, ...of]);
    await step('drain', of, { json: true, check: lacks(drain) });
    await step('webhooks', org, { json: true });
    await step('webhooks add', ['hook', 'https://hook.example.org', ...org]);
    const hooks = await step('webhooks', ['--list-all', ...org], { json: true, check: has('https://hook.example.org') });
    await step('webhooks remove', [idIn(hooks), ...org]);
    await step('notify-email add', ['mail', '--notify', 'organisation', ...org]);
    const mails = await step('notify-email', ['--list-all', ...org], { json: true, check: has('mail') });
    await step('notify-email remove', [idIn(mails), ...org]);
    await step('oauth-consumers list', [], { json: true });
    const consumer = ['--description', 'd', '--url', 'https://c.example.org', '--picture', 'https://c.example.org/p.png', '--base-url', 'https://c.example.org', '--rights', 'access-organisations'];
    await step('oauth-consumers create', ['mine', ...consumer, ...org], { json: false });
    await step('oauth-consumers get', ['mine', '--with-secret'], { json: true, check: has('mine') });
    await step('oauth-consumers update', ['mine', '--description', 'e']);
    await step('oauth-consumers open', ['mine']);
    await step('oauth-consumers delete', ['mine', '--yes']);
  },
};

/** The first id of a notification in a list, or in lists by owner. */
function idIn(value) {
  return /"id":"(\w+_[\w-]+|[\w-]{8,})"/.exec(JSON.stringify(value))?.[1] ?? 'none';
}

/** The commands that have something to do, with their whole path. */
async function commands() {
  const { globalCommands } = await import(pathToFileURL(join(tools, 'src/commands/global.commands.js')));
  const walk = (tree, path) =>
    Object.entries(tree).flatMap(([name, entry]) => {
      const [command, inner] = Array.isArray(entry) ? entry : [entry, {}];
      const own = [...path, name];
      return [...(command.handler == null ? [] : [own.join(' ')]), ...walk(inner, own)];
    });
  return walk(globalCommands, []);
}

const only = process.argv.slice(2);
await clever(['features', 'enable', 'kv,k8s,ng,operators']);
const waiting = Object.entries(GROUPS).filter(([name]) => only.length === 0 || only.includes(name));
const worker = async () => {
  for (let next = waiting.shift(); next != null; next = waiting.shift()) {
    try {
      await next[1]();
    } catch (error) {
      report('cli', `group ${next[0]}`, [`ended early: ${error.message}`]);
    }
  }
};
await Promise.all([worker(), worker(), worker()]);
report('cli', 'violations', await reported());
if (only.length === 0) {
  for (const command of await commands()) {
    if (!covered.has(command)) report('cli', command, ['the command is in no step']);
  }
}
process.exit(0);
