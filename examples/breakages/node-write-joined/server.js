const http = require("http");

const fs = require("fs"); const path = require("path");
const work = () => { fs.writeFileSync(path.join(__dirname, "uploads", Date.now() + ".txt"), "x"); fs.appendFileSync(`logs/${Date.now()}.log`, "x"); return "ok"; };

http.createServer((req, res) => {
  if (req.method === "POST") { Promise.resolve(work()).then((v) => res.end(String(v)), (e) => { res.statusCode = 500; res.end(String(e)); }); return; }
  res.setHeader("Content-Type", "text/plain"); res.end("hello\n");
}).listen(8000);
process.on("SIGTERM", () => process.exit(0));
