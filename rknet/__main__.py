"""The program ``rknet``, also as ``python -m rknet``."""

import sys

from rknet.study.program import leave_when_interrupted


def main() -> int:
    """Run the command that the arguments name, and return the exit code."""
    leave_when_interrupted()
    from rknet.study import cli  # from here on: imports are slow, and whoever waits may press Ctrl-C

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
