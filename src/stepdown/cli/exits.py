"""Every exit code and what it means; the table of the manual is made from this."""

GREEN, ERROR, USAGE, NOTHING, NO_ENGINE = 0, 1, 2, 3, 4
NO_CANDIDATE, RED, BATCH, NO_EVIDENCE, POLICY = 10, 11, 12, 13, 14
BUG, INTERRUPTED, CLOSED_PIPE = 70, 130, 141

MEANINGS = {
    GREEN: "A smaller base works and every gate is kept; or a clean report.",
    ERROR: "It could not continue; the hint says what to do.",
    USAGE: "The command line or the configuration is wrong.",
    NOTHING: "Nothing to do: no Dockerfile, or no smaller base to try.",
    NO_ENGINE: "No usable container engine.",
    NO_CANDIDATE: (
        "No candidate works. `plan --check`: smaller bases exist, but none can be built as the"
        " file stands."
    ),
    RED: "The old image itself does not build, or its checks fail: no claim is made.",
    BATCH: "Batch: some repositories failed.",
    NO_EVIDENCE: "No evidence: nothing could be checked.",
    POLICY: (
        "The policy is not met: a gate is not kept, or its number is unknown. A smaller base that"
        " works is still on its branch. `plan --check`: the file can go down to a smaller base."
    ),
    BUG: "A bug; the lines above say where the log is.",
    INTERRUPTED: "Interrupted; nothing was changed.",
    CLOSED_PIPE: "The reader of the output went away.",
}
