#!/usr/bin/env node
console.log("report");
