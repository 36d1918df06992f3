"""What a disk may hold after the power was cut: a strict POSIX file system, replayed from a record of storage.c.

Bytes of a file are durable once the file was synced, a name once its directory was. Everything else may be there or not,
in any combination; a write may be there up to any of its sectors.
"""

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

CREATE, WRITE, LENGTH, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, NOTE = range(1, 11)
HEADER = struct.Struct("=BQQIIQ")
SECTOR = 512

# How much of what was not synced is there after a cut.
MODES = ["nothing", "some", "bytes without names", "names without bytes"]


@dataclass
class Operation:
    kind: int
    number: int
    offset: int
    path: str
    other: str
    data: bytes


def read_record(file: Path) -> list[Operation]:
    content, at, operations = file.read_bytes(), 0, []
    while at < len(content):
        kind, number, offset, path, other, data = HEADER.unpack_from(content, at)
        at += HEADER.size
        first, second, third = at + path, at + path + other, at + path + other
        if kind == WRITE or kind == NOTE:
            third += data
        operations.append(Operation(kind, number, offset, content[at:first].decode(errors="surrogateescape"),
                                    content[first:second].decode(errors="surrogateescape"), content[second:third]))
        at = third
    return operations


@dataclass
class File:
    """Bytes as of the last sync, and what was done since: (offset, bytes) or (None, length)."""
    durable: bytes = b""
    pending: list = field(default_factory=list)
    cached: bytearray = field(default_factory=bytearray)

    def change(self, change) -> None:
        self.pending.append(change)
        apply(self.cached, change)

    def sync(self) -> None:
        self.durable, self.pending = bytes(self.cached), []

    def after(self, mode: str, chance: random.Random) -> bytes:
        if mode == "bytes without names":
            return bytes(self.cached)
        if mode != "some":
            return self.durable
        content = bytearray(self.durable)
        for change in self.pending:
            fate = chance.random()
            if fate < 0.4:
                continue
            if fate < 0.6 and change[0] is not None:
                change = (change[0], change[1][:chance.randrange(len(change[1]) // SECTOR + 1) * SECTOR])
            apply(content, change)
        return bytes(content)


def apply(content: bytearray, change) -> None:
    offset, what = change
    if offset is None:
        del content[what:]
        content.extend(bytes(what - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset:offset + len(what)] = what


@dataclass
class Directory:
    """Names as of the last sync, and what was done since: lists of (name, node or None for gone), each whole or not."""
    durable: dict = field(default_factory=dict)
    pending: list = field(default_factory=list)
    cached: dict = field(default_factory=dict)

    def change(self, *changes) -> None:
        self.pending.append(changes)
        name_changes(self.cached, changes)

    def sync(self) -> None:
        self.durable, self.pending = dict(self.cached), []

    def after(self, mode: str, chance: random.Random) -> dict:
        if mode == "names without bytes":
            return self.cached
        if mode != "some":
            return self.durable
        names = dict(self.durable)
        # As a journal does it, or in any combination.
        until = chance.randrange(len(self.pending) + 1) if chance.random() < 0.5 else None
        for place, changes in enumerate(self.pending):
            if place < until if until is not None else chance.random() < 0.5:
                name_changes(names, changes)
        return names


def name_changes(names: dict, changes) -> None:
    for name, node in changes:
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class Disk:
    """The disk below `root`, which starts with what is there now, all of it durable."""

    def __init__(self, root: Path):
        self.root, self.top = str(root), load(root)

    def node(self, path: str):
        node = self.top
        for name in path[len(self.root):].strip("/").split("/"):
            if name:
                node = node.cached.get(name) if isinstance(node, Directory) else None
        return node

    def place(self, path: str) -> tuple[Directory, str]:
        above, _, name = path.rpartition("/")
        return self.node(above), name

    def replay(self, operation: Operation) -> None:
        kind = operation.kind
        if kind == NOTE:
            return
        if kind in (WRITE, LENGTH, SYNC):
            node = self.node(operation.path)
            # A file whose name is gone: nobody will see what is written to it.
            if node is None:
                return
            if kind == SYNC:
                node.sync()
            else:
                node.change((operation.offset, operation.data) if kind == WRITE else (None, operation.offset))
            return
        directory, name = self.place(operation.path)
        if kind == CREATE:
            directory.change((name, File()))
        elif kind == MKDIR:
            directory.change((name, Directory()))
        elif kind in (UNLINK, RMDIR):
            directory.change((name, None))
        else:
            node = directory.cached[name]
            target, new_name = self.place(operation.other)
            if kind == RENAME and target is directory:
                directory.change((name, None), (new_name, node))
            else:
                target.change((new_name, node))
                if kind == RENAME:
                    directory.change((name, None))

    def write(self, target: Path, mode: str, chance: random.Random) -> None:
        """Writes what the disk may hold if the power is cut now."""
        write(self.top, target, mode, chance)


def load(path: Path):
    if path.is_dir():
        directory = Directory({entry.name: load(entry) for entry in path.iterdir()})
        directory.cached = dict(directory.durable)
        return directory
    content = path.read_bytes()
    return File(content, [], bytearray(content))


def write(node, target: Path, mode: str, chance: random.Random) -> None:
    if isinstance(node, File):
        target.write_bytes(node.after(mode, chance))
        return
    target.mkdir(exist_ok=True)
    for name, below in node.after(mode, chance).items():
        write(below, target / name, mode, chance)
