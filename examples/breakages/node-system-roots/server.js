const http = require("http");

const tls = require("tls");
const work = () => tls.getCACertificates("system").length;

http.createServer((req, res) => {
  if (req.method === "POST") { Promise.resolve(work()).then((v) => res.end(String(v)), (e) => { res.statusCode = 500; res.end(String(e)); }); return; }
  res.setHeader("Content-Type", "text/plain"); res.end("hello\n");
}).listen(8000);
process.on("SIGTERM", () => process.exit(0));
