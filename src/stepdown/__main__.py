"""`python -m stepdown`."""

from stepdown.cli.app import main

main()
