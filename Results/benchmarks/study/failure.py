"""What ends the benchmark with a message, and writing files whole."""

import os


class Failure(Exception):
    """Something that the user must know, and that ends the benchmark."""


def replace_file(path, text):
    """Writes a file that is there whole or not at all."""
    with open(path + ".partial", "w") as file:
        file.write(text)
    os.replace(path + ".partial", path)
