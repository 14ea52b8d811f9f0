"""Microsoft's compound file, the container of MSG (MS-CFB, version 3): 512-byte sectors, small streams in 64s."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["Storage", "write_compound"]

Storage = dict[str, "bytes | Storage"]

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _MINI, _SMALL = 512, 64, 4096


def _pad(content: bytes, size: int) -> bytes:
    return content + bytes(-len(content) % size)


def _chain(table: list[int], length: int, size: int) -> int:
    """Append a chain for ``length`` bytes to an allocation table; returns its first sector."""
    count = -(-length // size)
    if not count:
        return _END
    start = len(table)
    table += [*range(start + 1, start + count), _END]
    return start


class _Entries:
    """The directory: a binary tree of siblings below each storage, ordered by length and upper-case name."""

    def __init__(self) -> None:
        self.rows: list[dict[str, int | str | bytes]] = []

    def add(self, name: str, kind: int, content: bytes = b"") -> int:
        row = {"name": name, "kind": kind, "content": content, "left": _FREE, "right": _FREE, "child": _FREE}
        self.rows.append(row | {"start": 0, "size": len(content)})
        return len(self.rows) - 1

    def tree(self, storage: Storage) -> int:
        names = sorted(storage, key=lambda name: (len(name), name.upper()))
        return self._subtree(names, storage)

    def _subtree(self, names: list[str], storage: Storage) -> int:
        if not names:
            return _FREE
        middle = len(names) // 2
        value = storage[names[middle]]
        if isinstance(value, dict):
            index = self.add(names[middle], 1)
            self.rows[index]["child"] = self.tree(value)
        else:
            index = self.add(names[middle], 2, value)
        self.rows[index]["left"] = self._subtree(names[:middle], storage)
        self.rows[index]["right"] = self._subtree(names[middle + 1 :], storage)
        return index

    def packed(self) -> bytes:
        out = b""
        for row in self.rows:
            name = str(row["name"]).encode("utf-16-le") + b"\0\0"
            out += struct.pack("<64sHBBIII", name, len(name), row["kind"], 1, row["left"], row["right"], row["child"])
            out += bytes(36) + struct.pack("<IQ", row["start"], row["size"])
        unused = struct.pack("<64sHBBIII", b"", 0, 0, 0, _FREE, _FREE, _FREE) + bytes(48)
        return out + unused * (-len(self.rows) % 4)


def write_compound(root: Storage, out: Path) -> None:
    """Write nested ``root`` (name to bytes, or to a storage of its own); at most 109 FAT sectors (7 MB)."""
    entries = _Entries()
    entries.add("Root Entry", 5)
    entries.rows[0]["child"] = entries.tree(root)
    fat, mini_fat, body, mini = list[int](), list[int](), b"", b""
    for row in entries.rows[1:]:
        content = bytes(row["content"])  # type: ignore[arg-type]
        if len(content) >= _SMALL:
            row["start"] = _chain(fat, len(content), _SECTOR)
            body += _pad(content, _SECTOR)
        elif row["kind"] == 2:
            row["start"] = _chain(mini_fat, len(content), _MINI)
            mini += _pad(content, _MINI)
    entries.rows[0] |= {"start": _chain(fat, len(mini), _SECTOR), "size": len(mini)}
    body += _pad(mini, _SECTOR)
    mini_table = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_table += b"\xff" * (-len(mini_table) % _SECTOR)
    mini_start = _chain(fat, len(mini_table), _SECTOR)
    directory_start = _chain(fat, len(entries.packed()), _SECTOR)
    body += mini_table + entries.packed()
    sectors = 1
    while (len(fat) + sectors) * 4 > sectors * _SECTOR:
        sectors += 1
    places = [*range(len(fat), len(fat) + sectors)]
    fat += [_FAT] * sectors
    fat += [_FREE] * (sectors * _SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xII", 0x3E, 3, 0xFFFE, 9, 6, 0, sectors)
    header += struct.pack("<IIIIIII", directory_start, 0, _SMALL, mini_start, len(mini_table) // _SECTOR, _END, 0)
    header += struct.pack("<109I", *places, *[_FREE] * (109 - sectors))
    out.write_bytes(header + body + struct.pack(f"<{len(fat)}I", *fat))
