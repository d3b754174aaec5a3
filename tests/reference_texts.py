"""What the reference part of the manual says beside what the program tells of itself."""

CONFIGURATION = """
`stepdown.toml`, or `[tool.stepdown]` in `pyproject.toml`, holds the settings of a repository. The
nearest folder that has settings counts, from PATH upwards to the root of the git repository; its
file counts as a whole and is not merged with one further up. Settings in both files of one folder
are an error.

A flag wins over the file, and the file over the default. There is no environment variable for a
setting. Settings made of names (`env`, `build.args`, `build.secrets`, `rewrite.packages`, `gates`)
are joined with the flags name by name; every other flag replaces the setting.

Paths are relative to the folder of the file. `dockerfile` and `context` count where PATH is that
folder, or is not given; the context is that folder unless `context` says otherwise. A path that
leads out of the repository is an error, also by a symbolic link; a flag may name such a path.

    stepdown config show        every value, and whether a flag, file:line or the default gave it
    stepdown config check       whether it is sound; exit code 2 where it is not
    stepdown config schema      the JSON Schema, for editors

An example:

```toml
dockerfile = "docker/Dockerfile"

[build]
args = { APP_VERSION = "1.4" }
secrets = [{ id = "npm", env = "NPM_TOKEN" }]   # by reference, never the value

[checks]
test = "node --test"
paths = ["/health"]

[env]
PORT = 3000

[policy]
limit = "distroless"
libc = ["glibc"]
forbid-tools = ["nc"]

[gates]
max.commands = 100
max.size-visible = "150 MB"
forbid.shell = true

[[waivers]]
gate = "max.commands"
reason = "The image tool calls ImageMagick until the new resizer ships"
expires = 2027-01-31
```
"""

GATES = """
Gates judge the image that ships: after a migration the one that was chosen, and with
`stepdown measure IMAGE --config stepdown.toml` any image. They do not choose it. A gate passes only
on a number that is known: where the number is unknown, or only a lower bound below the limit, the
gate is not kept. A gate that is not kept makes the exit code 14 and stands at the top of each
report with its number. On the command line: `--gate max.commands=100`, `--gate forbid.shell`,
`--gate forbid.shell=false` takes one back.
"""

WAIVERS = """
A waiver accepts a `gate` (like `max.commands`) or a `finding` (the id of a breakage, like `A07`)
until a day. Both `reason` and `expires` have to be there. `expires` is the last day on which it
counts; afterwards it counts no longer, and the report says so, as it says where one was not needed.
A waived gate is reported with its number, as waived, and no longer makes the exit code 14. A waived
finding is reported as known. It stays a finding: a waiver makes no failed check a success.
"""
