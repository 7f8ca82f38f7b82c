// The issuer on loopback that behaves as it is told: `tests/issuer` of the repository, as a program.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../target', import.meta.url));

/** Starts an issuer that publishes the key `a`, and runs until it is closed. */
export async function start(address = '127.0.0.1:0') {
  const child = spawn(`${target}/debug/lowwater-issuer`, [address], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { value: url } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ask = async (path, body) => {
    const response = await fetch(`${url}${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    return response.text();
  };
  return {
    url,
    behave: (publish = ['a'], behaviour = {}) => ask('/behave', { publish, ...behaviour }),
    token: (key = 'a', claims = {}, header = {}) => ask('/token', { key, header, claims: { aud: 'api', sub: 'u1', ...claims } }),
    paths: async () => JSON.parse(await ask('/seen')).map((request) => request.path),
    close: () => child.kill('SIGKILL'),
  };
}
