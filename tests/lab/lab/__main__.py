"""`python3 tests/lab/lab COMMAND`: run the folder itself, so that nothing has to be installed."""

import sys
from pathlib import Path

# The folder was put first on the path: its modules would hide those of the standard library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from lab.cli import main  # noqa: E402 - only now can it be found

sys.exit(main(sys.argv[1:]))
