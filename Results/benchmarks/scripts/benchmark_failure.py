"""What ends a benchmark with a message, and writing files whole."""

import os
import sys


class Failure(Exception):
    """Something that the user must know, and that ends the benchmark."""


def replace_file(path, text):
    """Writes a file that is there whole or not at all."""
    with open(path + ".partial", "w") as file:
        file.write(text)
    os.replace(path + ".partial", path)


def run(main):
    """Runs a program; ends it with the message and status 1 of a Failure, or with 130 after Ctrl-C."""
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
