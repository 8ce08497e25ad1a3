"""The command line. Every command explains itself with `--help`; those a machine reads have
`--json`. Commands wire rooms together and hold no rules of their own."""

from portal.cli.main import main

__all__ = ["main"]
