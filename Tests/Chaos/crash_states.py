"""The states in which a crash can leave a study's folder, from a record of what was done to it.

writes.c records every call that changed a file below the folder, in order. The record is replayed
up to any call, and from there a crash is pretended: of the process (everything done so far is on
the disk), or of the machine (what was not synced may be lost, in several ways).
"""

import os
import struct

HEADER = struct.Struct("<IIIIQ")
WRITE, SYNC, RENAME, TRUNCATE, UNLINK, FOLDER, CREATE = 1, 2, 4, 16, 64, 128, 256

# What a crash leaves of what was not synced.
CRASHES = {
    "process": "everything done so far is there",
    "torn": "everything, but half of the last write",
    "contents": "names are there, contents as they were last synced",
    "names": "names and contents as they were last synced",
    "zeros": "names and sizes are there, contents that were not synced are zeros",
}


def read_record(path):
    """Returns the calls of a record: operation, path, other path, offset, bytes."""
    calls = []
    with open(path, "rb") as file:
        data = file.read()
    place = 0
    while place < len(data):
        operation, path_length, other_length, length, offset = HEADER.unpack_from(data, place)
        place += HEADER.size
        name = data[place : place + path_length].decode()
        place += path_length
        other = data[place : place + other_length].decode()
        place += other_length
        calls.append((operation, name, other, offset, data[place : place + length]))
        place += length
    return calls


class File:
    """A file's bytes, and those that were synced; names come and go without it."""

    def __init__(self, content=b""):
        self.content = bytearray(content)
        self.synced = bytes(content)


class Disk:
    """A folder as calls make it: what is there, and what a crash of the machine would leave."""

    def __init__(self, folder):
        # Names to files, or None for folders; "" is the folder itself.
        self.names = {"": None}
        for place, folders, files in os.walk(folder):
            inner = place[len(folder) :]
            for name in folders:
                self.names[f"{inner}/{name}"] = None
            for name in files:
                with open(f"{place}/{name}", "rb") as file:
                    self.names[f"{inner}/{name}"] = File(file.read())
        # The names that are sure to be there after a crash.
        self.synced_names = dict(self.names)

    def apply(self, call):
        operation, name, other, offset, data = call
        file = self.names.get(name)
        if operation == CREATE:
            self.names[name] = File()
        elif operation == FOLDER:
            self.names[name] = None
        elif operation == WRITE:
            content = file.content
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        elif operation == TRUNCATE:
            content = file.content
            del content[offset:]
            content.extend(bytes(offset - len(content)))
        elif operation == RENAME:
            self.rename(name, other)
        elif operation == UNLINK:
            del self.names[name]
        elif operation == SYNC and file is not None:
            file.synced = bytes(file.content)
            # A file that is synced has its name, on all common file systems, unless it had another.
            if name not in self.synced_names and file not in self.synced_names.values():
                self.sync_folder_of(name)
        elif operation == SYNC:
            self.sync_folder(name)

    def rename(self, name, other):
        for old in [old for old in self.names if old == name or old.startswith(name + "/")]:
            self.names[other + old[len(name) :]] = self.names.pop(old)

    def sync_folder_of(self, name):
        """The folders above a name are there, and the name."""
        self.synced_names[name] = self.names[name]
        parent = name.rpartition("/")[0]
        while parent and parent not in self.synced_names:
            self.synced_names[parent] = None
            parent = parent.rpartition("/")[0]

    def sync_folder(self, folder):
        """The names in a folder, and only these, are as they are now."""
        for name in list(self.synced_names):
            gone = name.rpartition("/")[0] == folder and name and name not in self.names
            if gone:
                for inner in [n for n in self.synced_names if n == name or n.startswith(name + "/")]:
                    del self.synced_names[inner]
        for name in list(self.names):
            if name and name.rpartition("/")[0] == folder:
                self.sync_folder_of(name)
                if self.names[name] is None:  # A folder that was moved here brings what it holds.
                    for inner, file in self.names.items():
                        if inner.startswith(name + "/") and self.held_elsewhere(file):
                            self.synced_names[inner] = file

    def held_elsewhere(self, file):
        return file is None or file in self.synced_names.values()

    def after(self, crash, last):
        """Returns names and bytes after a crash; `last` is the last call before it."""
        if crash == "names":
            return {
                name: None if file is None else file.synced
                for name, file in self.synced_names.items()
            }
        result = {}
        for name, file in self.names.items():
            if file is None:
                result[name] = None
            elif crash == "contents":
                result[name] = file.synced
            elif crash == "zeros" and bytes(file.content) != file.synced:
                kept = os.path.commonprefix([bytes(file.content), file.synced])
                result[name] = kept + bytes(len(file.content) - len(kept))
            else:
                result[name] = bytes(file.content)
        operation, name, _, offset, data = last
        if crash == "torn" and operation == WRITE and result.get(name) is not None:
            end = offset + len(data)
            if end == len(result[name]):
                result[name] = result[name][: offset + len(data) // 2]
        return result


def write(state, folder):
    """Makes a folder that holds what is left after a crash."""
    os.makedirs(folder)
    for name in sorted(state):
        if not name:
            continue
        os.makedirs(os.path.dirname(folder + name), exist_ok=True)
        if state[name] is None:
            os.makedirs(folder + name, exist_ok=True)
        else:
            with open(folder + name, "wb") as file:
                file.write(state[name])


def differences(disk, folder):
    """Returns where a replayed disk differs from the folder that was recorded."""
    real = Disk(folder)
    found = []
    for name in sorted(set(real.names) | set(disk.names)):
        if name not in disk.names or name not in real.names:
            found.append(f"{name}: only in {'the folder' if name in real.names else 'the record'}")
            continue
        a, b = disk.names[name], real.names[name]
        if (a is None) != (b is None) or (a is not None and a.content != b.content):
            found.append(f"{name}: other bytes")
    return found
