import { writeFileSync } from "node:fs";

writeFileSync("/tmp/ready", "yes");
