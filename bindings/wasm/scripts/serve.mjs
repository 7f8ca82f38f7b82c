// Serves a folder on loopback, with the types that browsers want: `node scripts/serve.mjs FOLDER [PORT]`.
import { fileURLToPath } from 'node:url';
import { context } from 'esbuild';

/** The address, and how to stop. Port 0 is any that is free. */
export async function serve(folder, port = 0) {
  const server = await context({});
  const { port: found } = await server.serve({ servedir: folder, host: '127.0.0.1', port }).catch(async (mistake) => {
    await server.dispose();
    throw new Error(`port ${port} cannot be used; name another one (${mistake.message})`);
  });
  return { address: `http://127.0.0.1:${found}/`, stop: () => server.dispose() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port] = process.argv.slice(2);
  try {
    console.log((await serve(folder, Number(port ?? 0))).address);
  } catch (mistake) {
    console.error(mistake.message);
    process.exitCode = 1;
  }
}
