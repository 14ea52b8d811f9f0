"""MSG, Outlook's saved mail: each property is a stream or an eight-byte value (MS-OXMSG)."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from pathlib import Path

from writers.blocks import Source
from writers.compound import Storage, write_compound

__all__ = ["write_msg"]

_TEXT, _BINARY, _LONG, _TIME = 0x001F, 0x0102, 0x0003, 0x0040


def _storage(properties: dict[int, str | bytes | int | datetime], header: bytes) -> Storage:
    """A storage of ``properties`` (identifier to value), its fixed-size table first."""
    out: Storage = {}
    table = header
    for number, value in properties.items():
        if isinstance(value, int):
            table += struct.pack("<HHIQ", _LONG, number, 6, value)
        elif isinstance(value, datetime):
            ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
            table += struct.pack("<HHIQ", _TIME, number, 6, ticks)
        else:
            kind = _TEXT if isinstance(value, str) else _BINARY
            content = value.encode("utf-16-le") if isinstance(value, str) else value
            table += struct.pack("<HHIII", kind, number, 6, len(content) + (2 if kind == _TEXT else 0), 0)
            out[f"__substg1.0_{number:04X}{kind:04X}"] = content
    return {"__properties_version1.0": table} | out


def write_msg(source: Source, out: Path, attachments: list[Path]) -> None:
    """A mail with ``attachments``; options as for EML."""
    options = source.options
    sender, address = parseaddr(options["sender"])
    receivers = getaddresses([options["to"]])
    sent = parsedate_to_datetime(options["date"])
    counts = (len(receivers), len(attachments))
    message = _storage(
        {
            0x001A: "IPM.Note", 0x0037: options["subject"], 0x0070: options["subject"], 0x1000: source.body,
            0x0C1A: sender, 0x0C1E: "SMTP", 0x0C1F: address, 0x5D01: address, 0x0042: sender,
            0x0E04: "; ".join(name for name, _ in receivers), 0x0039: sent, 0x0E06: sent,
            0x1035: f"<{options['id']}@mail.invalid>", 0x0E07: 1, 0x340D: 0x40000, 0x3FDE: 65001,
        },
        struct.pack("<8xIIII8x", *counts, *counts),
    )  # fmt: skip
    for number, (name, mailbox) in enumerate(receivers):
        person = {0x3001: name, 0x3002: "SMTP", 0x3003: mailbox, 0x39FE: mailbox, 0x0C15: 1, 0x3000: number}
        message[f"__recip_version1.0_#{number:08X}"] = _storage(person, bytes(8))
    for number, path in enumerate(attachments):
        file = {0x3701: path.read_bytes(), 0x3704: path.name, 0x3707: path.name, 0x3703: path.suffix}
        message[f"__attach_version1.0_#{number:08X}"] = _storage(file | {0x3705: 1, 0x0E21: number}, bytes(8))
    message["__nameid_version1.0"] = {f"__substg1.0_{number:04X}0102": b"" for number in (2, 3, 4)}
    write_compound(message, out)
