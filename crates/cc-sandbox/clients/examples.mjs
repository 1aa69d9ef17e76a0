// Runs the examples of docs/examples whose runtime is installed. Each prints `done` as its last line.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from './report.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const installed = join(root, 'target/clients');
const examples = join(root, 'docs/examples');
const python = join(installed, 'python/bin/python');

// Node finds packages beside the script that imports them.
const script = join(installed, 'example.mjs');
copyFileSync(join(examples, 'js/deploy.mjs'), script);

const has = (command, words) => spawnSync(command, words, { stdio: 'ignore', env }).status === 0;
// The command line comes with this Node, and may be installed beside the other packages.
const path = [dirname(process.execPath), join(installed, 'node_modules/.bin'), process.env.PATH].join(delimiter);
const env = { ...process.env, PATH: path, GOFLAGS: '-mod=mod', GOCACHE: join(installed, 'go') };

const runs = [
  { step: 'js/deploy.mjs', command: [process.execPath, script], misses: () => !existsSync(join(installed, 'node_modules/@clevercloud/client')) && '@clevercloud/client' },
  { step: 'python/deploy.py', command: [python, join(examples, 'python/deploy.py')], misses: () => !has(python, ['-c', 'import requests']) && 'requests' },
  { step: 'python/sign_in.py', command: [python, join(examples, 'python/sign_in.py')], misses: () => !has(python, ['-c', 'import requests_oauthlib']) && 'requests-oauthlib' },
  { step: 'go/main.go', command: ['go', 'run', '.'], folder: 'go', misses: () => !has('go', ['version']) && 'go' },
  { step: 'cli/deploy.sh', command: ['sh', join(examples, 'cli/deploy.sh')], misses: () => (!has('clever', ['version']) && 'clever-tools') || (!has('git', ['--version']) && 'git') },
];

for (const { step, command: [program, ...words], folder = '', misses } of runs) {
  const missing = misses();
  if (missing) {
    console.error(`skipped: the example ${step}: ${missing} is not installed`);
    continue;
  }
  const run = spawnSync(program, words, { cwd: join(examples, folder), env, encoding: 'utf8', timeout: 120_000 });
  const ended = run.status === 0 && run.stdout.trimEnd().endsWith('done');
  const said = `${run.stderr}`.trim().split('\n').at(-1);
  report('examples', step, ended ? [] : [`ends with ${run.status ?? run.signal}: ${said}`]);
}
