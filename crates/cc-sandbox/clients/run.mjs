// Runs official clients against the sandbox and prints how many steps behaved as on the platform.
//
//   node crates/cc-sandbox/clients/run.mjs [CLIENT…]      CLIENT: js, cli, rust-sdk …; default: all
//
//   --sandbox FILE   the program; default: target/debug/cc-sandbox, which is built first
//   --steps          print each step, not only those that deviate
//
// Everything that is installed goes to target/clients. Exit code 0: no deviation of the sandbox; 1: there is one, or a
// list is out of date; 77: no client could be installed, for instance without a network.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const installed = join(root, 'target/clients');
const rustSdk = join(here, 'rust-sdk/Cargo.toml');
const SKIPPED = 77;

/** The clients: how each is prepared, and the command that runs it and writes a report. */
const CLIENTS = {
  js: { prepare: installFromNpm, command: () => [node(), join(installed, 'js.mjs')] },
  examples: { prepare: installPackagesOfExamples, command: () => [node(), join(here, 'examples.mjs')] },
  cli: { prepare: installFromNpm, command: () => [node(), join(installed, 'cli.mjs')] },
  contract: { prepare: installContract, command: () => [python(), join(here, 'contract.py'), join(installed, 'openapi.json')] },
  'rust-sdk': { prepare: buildRustSdk, command: () => [join(installed, 'rust-sdk/debug/rust-sdk-against-the-sandbox')], missing: functionsWithoutStep },
};

const options = process.argv.slice(2);
const value = (name) => (options.includes(name) ? options.splice(options.indexOf(name), 2)[1] : undefined);
const flag = (name) => options.includes(name) && options.splice(options.indexOf(name), 1).length > 0;
const program = value('--sandbox');
const printsSteps = flag('--steps');
const unknown = options.filter((name) => !(name in CLIENTS));
if (unknown.length > 0) {
  console.error(`error: unknown client or option ${unknown.join(' ')}: the clients are ${Object.keys(CLIENTS).join(', ')}`);
  process.exit(2);
}
const chosen = options.length > 0 ? options : Object.keys(CLIENTS);

const ready = chosen.filter((name) => {
  try {
    CLIENTS[name].prepare();
    return true;
  } catch (error) {
    console.error(`skipped: the client ${name} could not be installed: ${firstLine(error)}`);
    return false;
  }
});
if (ready.length === 0) process.exit(SKIPPED);
const binary = program ?? buildSandbox();
let failed = false;
for (const name of ready) {
  failed = !(await run(name)) || failed;
}
process.exit(failed ? 1 : 0);

/** Installs the packages of package.json, and puts the scripts beside them, where Node finds them. */
function installFromNpm() {
  mkdirSync(installed, { recursive: true });
  const files = ['package.json', 'package-lock.json'];
  const same = files.every((file) => existsSync(join(installed, file)) && sameText(join(here, file), join(installed, file)));
  if (!same || !existsSync(join(installed, 'node_modules'))) {
    files.forEach((file) => copyFileSync(join(here, file), join(installed, file)));
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'], { cwd: installed, stdio: ['ignore', 'ignore', 'pipe'] });
  }
  for (const file of ['report.mjs', 'types.mjs', 'js.mjs', 'cli.mjs']) copyFileSync(join(here, file), join(installed, file));
}

/** What the examples need beside the runtimes, which the machine has or not. Each example says what it misses. */
function installPackagesOfExamples() {
  installFromNpm();
  try {
    pythonEnvironment();
    pip(join(root, 'docs/examples/python/requirements.txt'));
  } catch (error) {
    console.error(`the packages of Python could not be installed: ${firstLine(error)}`);
  }
}

/** A validator of the specification, in an environment of its own, and the specification as one document. */
function installContract() {
  pythonEnvironment();
  pip(join(here, 'requirements.txt'));
  const bundle = ['run', '--quiet', '--package', 'xtask', '--', 'bundle', join(installed, 'openapi.json')];
  execFileSync('cargo', bundle, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

function pythonEnvironment() {
  mkdirSync(installed, { recursive: true });
  if (!existsSync(python())) execFileSync('python3', ['-m', 'venv', join(installed, 'python')], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function pip(requirements) {
  const packages = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  execFileSync(python(), packages, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function firstLine(error) {
  return String(error.stderr || error.message).trim().split('\n')[0];
}

function python() {
  return join(installed, 'python/bin/python');
}

/** Builds the program of rust-sdk/, which needs a newer Rust than this workspace. */
function buildRustSdk() {
  const [, minor] = execFileSync('rustc', ['--version'], { cwd: root, encoding: 'utf8' }).match(/1\.(\d+)/);
  if (Number(minor) < 91) throw new Error(`clevercloud-sdk needs Rust 1.91, and this is 1.${minor}`);
  execFileSync('cargo', ['fetch', '--quiet', '--locked', '--manifest-path', rustSdk], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  const built = spawnSync('cargo', ['build', '--quiet', '--locked', '--manifest-path', rustSdk, '--target-dir', join(installed, 'rust-sdk')], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
}

/** Functions of the Rust SDK that no step calls, as `v2::addon::list`: those of its sources, by module and name. */
function functionsWithoutStep(steps) {
  const metadata = execFileSync('cargo', ['metadata', '--format-version=1', '--locked', '--offline', '--manifest-path', rustSdk], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const source = join(dirname(JSON.parse(metadata).packages.find((one) => one.name === 'clevercloud-sdk').manifest_path), 'src');
  const called = new Set(steps.map(({ step }) => step.split(' ')[0]));
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith('.rs'));
  return files.flatMap((file) => {
    const module = file.replace(/(\/mod)?\.rs$/, '').replaceAll('/', '::');
    const names = readFileSync(join(source, file), 'utf8').matchAll(/^pub async fn (\w+)/gm);
    return [...names].map(([, name]) => `${module}::${name}`).filter((name) => !called.has(name));
  });
}

function sameText(one, other) {
  return readFileSync(one, 'utf8') === readFileSync(other, 'utf8');
}

/** The JavaScript client needs Node 22 or later. The npm package `node` brings it where this one is older. */
function node() {
  return Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : join(installed, 'node_modules/node/bin/node');
}

function buildSandbox() {
  const built = spawnSync('cargo', ['build', '--quiet', '--package', 'cc-sandbox', '--bin', 'cc-sandbox'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
  return join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/cc-sandbox');
}

/** Starts a sandbox on a free port and resolves to the process and its URL. */
async function startSandbox() {
  const child = spawn(binary, ['--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = line.match(/https?:\/\/\S+/)?.[0];
    if (url != null) {
      child.stdout.resume();
      return { child, url };
    }
  }
  throw new Error('the sandbox ended without printing its URL');
}

/** Runs a client against a sandbox of its own. Returns false if it deviates. */
async function run(name) {
  const { child, url } = await startSandbox();
  const [command, ...words] = CLIENTS[name].command();
  const client = spawn(command, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SANDBOX_URL: url } });
  const steps = [];
  for await (const line of createInterface({ input: client.stdout })) {
    if (line.startsWith('{')) steps.push(JSON.parse(line));
  }
  const code = client.exitCode ?? (await new Promise((done) => client.once('exit', done)));
  child.kill();
  for (const step of CLIENTS[name].missing?.(steps) ?? []) steps.push({ step, problems: ['no step covers it'] });
  return summary(name, steps, code);
}

function summary(name, steps, code) {
  const accepted = JSON.parse(readFileSync(join(here, 'accepted.json'), 'utf8')).filter((entry) => entry.client === name);
  const used = new Set();
  const deviating = { ours: 0, absent: 0, client: 0 };
  for (const { step, problems } of steps) {
    const whose = new Set();
    for (const problem of problems) {
      const entry = accepted.find((entry) => new RegExp(`^(?:${entry.step})$`).test(step) && problem.includes(entry.problem));
      if (entry != null) used.add(entry);
      whose.add(entry?.whose ?? 'ours');
      if (entry == null) console.log(`${name} ${step}: ${problem}`);
      else if (printsSteps) console.log(`${name} ${step}: ${problem} (${entry.whose}: ${entry.reason})`);
    }
    if (printsSteps && problems.length === 0) console.log(`${name} ${step}: as on the platform`);
    const worst = ['ours', 'absent', 'client'].find((kind) => whose.has(kind));
    if (worst != null) deviating[worst] += 1;
  }
  // What is wrong in the client is as wrong with the platform.
  const different = deviating.ours + deviating.absent;
  const stale = accepted.filter((entry) => !used.has(entry));
  for (const entry of stale) console.log(`${name}: accepted.json lists a deviation that is gone: ${entry.step}: ${entry.problem}`);
  if (code !== 0) console.log(`${name}: the client ended with exit code ${code}`);
  console.log(
    `${name}: ${steps.length} steps tried, ${steps.length - different} as on the platform (${deviating.client} of them with a fault of the client),` +
      ` ${different} deviating (${deviating.ours} of the sandbox, ${deviating.absent} that cannot be there)`,
  );
  return deviating.ours === 0 && stale.length === 0 && code === 0 && steps.length > 0;
}
