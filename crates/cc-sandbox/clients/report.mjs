// The report that every client writes: one JSON object a line on standard output.
//
//   {"client": "js", "step": "CreateAddon", "problems": ["zoneId is undefined"]}
//
// A step without problems behaved as on the platform. `run.mjs` compares the problems with `accepted.json`.

/** Writes the result of one step. */
export function report(client, step, problems = []) {
  process.stdout.write(`${JSON.stringify({ client, step, problems })}\n`);
}

/** Address, credentials and ids of the sandbox that `run.mjs` started. */
export async function sandbox() {
  const url = process.env.SANDBOX_URL;
  if (url == null) {
    throw new Error('SANDBOX_URL is not set: start this file with run.mjs');
  }
  const state = await (await fetch(`${url}/_sandbox`)).json();
  return { url, ...state };
}

/** Returns a function that gives the violations of the specification since its last call. */
export async function violations(url) {
  const all = async () => (await (await fetch(`${url}/_sandbox/violations`)).text()).split('\n').filter(Boolean);
  let seen = (await all()).length;
  return async () => {
    const lines = await all();
    const fresh = lines.slice(seen);
    seen = lines.length;
    return fresh;
  };
}
