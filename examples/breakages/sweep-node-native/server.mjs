import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function fingerprint(data) {
  return data.length === 0 ? 0 : require('@node-rs/crc32').crc32(data);
}

export const server = createServer(async (request, response) => {
  const data = [];
  for await (const piece of request) data.push(piece);
  response.end(`${fingerprint(Buffer.concat(data))}\n`);
});

if (process.argv[1] === import.meta.filename) {
  server.listen(3000);
  process.on('SIGTERM', () => process.exit(0));
}
