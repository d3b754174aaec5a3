// Loads the production dependencies of a Node application, and says what happened.
//
// It runs inside of the image under test, by the image's own interpreter, from 18 on; nothing of
// stepdown is there. Its argument is a JSON file: `seconds` for everything, `each` for one part,
// `most` parts, `folder` with the application's package.json, `only`, a list of parts, null for
// all, and `also`, parts that are of interest wherever they came from.
//
// A part is `require NAME`, for the dependencies of package.json and for each package below them
// that depends on one with an add-on, or `addon PATH`, for each compiled add-on of these packages.
// Each has a child process of its own, because a bad add-on kills it. Standard output has one JSON
// object a line: `owner` (name of the package), `version`, `part`, `ok`, `text` (the error),
// `absent` (an optional one that is not installed), and a last one with `left`, the number of parts for which no time
// was left.

'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const AT_ONCE = 2;
const LONGEST = 3000; // characters of an error
const REQUIRE = `
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
const name = process.argv[1];
const ESM = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE', 'ERR_PACKAGE_PATH_NOT_EXPORTED'];
function tell(error) {
  const lines = [];
  for (let one = error; one && lines.length < 5; one = one.cause) lines.push(String(one));
  writeSync(3, lines.join('\\n') || 'an empty error');
  process.reallyExit(1);
}
process.on('uncaughtException', tell);
try {
  try {
    createRequire(process.cwd() + '/')(name);
  } catch (error) {
    if (!ESM.includes(error?.code)) throw error;
    await import(name);
  }
} catch (error) {
  tell(error);
}
process.reallyExit(0);
`;
const ADDON = `
const { writeSync } = require('node:fs');
try {
  process.dlopen({ exports: {} }, process.argv[1]);
} catch (error) {
  writeSync(3, String(error));
  process.reallyExit(1);
}
process.reallyExit(0);
`;

function json(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

// A package's folder, as Node finds it from another folder; null where it is not installed.
function find(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name);
    if (fs.existsSync(path.join(place, 'package.json'))) return fs.realpathSync(place);
    if (folder === path.dirname(folder)) return null;
  }
}

function needs(about) {
  return Object.keys({ ...about.dependencies, ...about.optionalDependencies }).sort();
}

// All production dependencies that are installed: folder to { name, version, addons, needs }.
function closure(folder, about) {
  const found = new Map();
  const open = [[folder, about]];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const name of needs(next[1])) {
      const place = find(name, next[0]);
      if (!place || found.has(place)) continue;
      const its = json(path.join(place, 'package.json')) ?? {};
      found.set(place, { name, version: its.version ?? '', addons: addons(place), needs: needs(its) });
      open.push([place, its]);
    }
  }
  return found;
}

function addons(folder) {
  const found = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') found.push(...addons(place));
    if (entry.isFile() && entry.name.endsWith('.node') && fits(place)) found.push(place);
  }
  return found.sort();
}

// The machine in the head of an ELF file, null for any other file.
function machine(file) {
  const head = Buffer.alloc(20);
  const handle = fs.openSync(file, 'r');
  fs.readSync(handle, head, 0, 20, 0);
  fs.closeSync(handle);
  return head.toString('latin1', 0, 4) === '\x7fELF' ? head.readUInt16LE(18) : null;
}

function fits(file) {
  return machine(file) === machine('/proc/self/exe');
}

// What is linked into node_modules (`file:`, workspaces) is the application itself: never required.
function foreign(place) {
  return place === null || place.includes('/node_modules/');
}

function parts(folder, also) {
  const about = json(path.join(folder, 'package.json')) ?? {};
  const packages = closure(folder, about);
  const listed = new Map();
  const add = (part, more) => listed.set(part, { part, ...more });
  for (const name of needs(about)) {
    const place = find(name, folder);
    const version = packages.get(place)?.version ?? '';
    const absent = place === null && name in (about.optionalDependencies ?? {});
    const more = { owner: name, version, from: folder, absent };
    if (foreign(place)) add(`require ${name}`, more);
  }
  for (const [place, { name, version, addons: own, needs: below }] of packages) {
    const part = `require ${name}`;
    const compiled = below.some((other) => packages.get(find(other, place))?.addons.length > 0);
    if ((compiled || also.includes(part)) && foreign(place) && !listed.has(part)) {
      add(part, { owner: name, version, from: path.dirname(place) });
    }
    for (const file of own) add(`addon ${file}`, { owner: name, version, file });
  }
  return [...listed.values()].sort((a, b) => (a.part < b.part ? -1 : 1));
}

function load(one, limit) {
  const words = one.file
    ? ['-e', ADDON, '--', one.file]
    : ['--input-type=module', '-e', REQUIRE, '--', one.owner];
  return new Promise((resolve) => {
    const options = { cwd: one.from ?? '/', stdio: ['ignore', 'ignore', 'pipe', 'pipe'] };
    const child = spawn(process.execPath, words, options);
    let late = false;
    const texts = { 2: '', 3: '' };
    for (const stream of [2, 3]) {
      child.stdio[stream].on('data', (data) => {
        texts[stream] = (texts[stream] + data).slice(0, LONGEST);
      });
    }
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.on('error', (error) => resolve({ ok: false, text: String(error) }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve({ ok: true, text: '' });
      const crash = signal === 'SIGSEGV' ? ' (Segmentation fault)' : '';
      const end = signal ? `killed by ${signal}${crash}` : `ended with exit code ${code}`;
      const why = late ? `did not end within ${limit} seconds` : [end, texts[2]].join('\n').trim();
      return resolve({ ok: false, text: texts[3] || why });
    });
  });
}

function say(words) {
  process.stdout.write(`${JSON.stringify(words)}\n`);
}

async function main() {
  const order = json(process.argv[2]);
  const deadline = Date.now() + order.seconds * 1000;
  const { only } = order;
  const all = parts(order.folder, order.also);
  const wanted = all.filter(({ part }) => !only || only.includes(part));
  let left = wanted.splice(order.most).length;
  async function work() {
    for (let one = wanted.shift(); one; one = wanted.shift()) {
      if (Date.now() >= deadline) {
        left += 1;
        continue;
      }
      const { owner, version, part, absent = false } = one;
      say({ owner, version, part, absent, ...(await load(one, order.each)) });
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  say({ left });
}

main();
