"""What a forge with AGit does when somebody pushes to refs/for/BRANCH, as a proc-receive hook."""

HOOK = r"""
import json, os, pathlib, subprocess, sys

def read():
    size = int(sys.stdin.buffer.read(4) or b"0", 16)
    return sys.stdin.buffer.read(size - 4).rstrip(b"\n") if size else None

def write(line):
    data = line.encode() if line else b""
    sys.stdout.buffer.write(f"{len(data) + 4:04x}".encode() + data if line else b"0000")
    sys.stdout.buffer.flush()

def lines():
    while (line := read()) is not None:
        yield line.decode()

list(lines())
write("version=1\0push-options")
write("")
commands = [line.split(" ") for line in lines()]
options = dict(line.partition("=")[::2] for line in lines())
book = pathlib.Path("agit.json")
known = json.loads(book.read_text()) if book.exists() else {}
for old, new, ref in commands:
    topic = options.get("topic", "")
    before = known.get(topic)
    if before and options.get("force-push") != "true":
        ahead = subprocess.run(["git", "merge-base", "--is-ancestor", before["commit"], new])
        if ahead.returncode:
            write(f"ng {ref} non-fast-forward")
            continue
    number = before["number"] if before else len(known) + 1
    known[topic] = {**options, **(before or {}), "number": number, "commit": new, "ref": ref,
                    "pushes": (before or {}).get("pushes", 0) + 1}
    head = f"refs/pull/{number}/head"
    subprocess.run(["git", "update-ref", head, new], check=True)
    print(f"View the pull request: https://forge.example/pulls/{number}", file=sys.stderr)
    write(f"ok {ref}")
    write(f"option refname {head}")
    write(f"option old-oid {old}")
    write(f"option new-oid {new}")
write("")
book.write_text(json.dumps(known))
"""
