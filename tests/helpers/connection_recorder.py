"""Records every packet that a program, its libraries in any language, and its child processes send to another computer.

The program runs in a network namespace of its own (Linux; ``unshare`` and ``ip``, as root or in a user namespace).
There, every address leads back to this computer. All packets pass the loopback device, where a packet socket sees them:
proxies and Python's own functions play no part. A name server answers every name with an address of its own, so that a
library that looks a name up goes on to connect, and the record tells the name. Nothing answers these connections.

    python -m tests.helpers.connection_recorder RECORD.json PROGRAM ARGUMENT …     (inside the namespace)
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Recording", "record"]

ROOT = Path(__file__).parents[2]
DNS_PORT = 53
_IP_PKTINFO = 8  # socket.IP_PKTINFO, which Python has from 3.12 on
_ETH_P_ALL = 3
_TCP, _UDP = 6, 17
_SYN, _ACK = 0x02, 0x10
_NO_TRAFFIC = {1, 58}  # ICMP and ICMPv6: answers of the kernel


@dataclass(frozen=True)
class Recording:
    """What a program did.

    Attributes:
        status: its exit status.
        output: what it printed.
        sent: packets that begin a connection or ask a name server, by "name-or-address:port/protocol".
    """

    status: int
    output: str
    sent: dict[str, int]


def record(command: list[str], folder: Path, environment: dict[str, str], seconds: float) -> Recording:
    """Run a command in a namespace of its own, and return what it sent to other computers.

    Raises:
        OSError: this machine has no network namespaces, or not the programs for them.
    """
    for program in ("unshare", "ip"):
        if not shutil.which(program):
            raise OSError(f"{program} is missing")
    isolated = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--user", "--map-root-user"]
    if subprocess.run([*isolated, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        raise OSError("no network namespace can be made")
    written = folder / "sent.json"
    written.unlink(missing_ok=True)
    recorder = [*isolated, sys.executable, "-m", "tests.helpers.connection_recorder", str(written), *command]
    done = subprocess.run(
        recorder,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert written.is_file(), f"the recorder failed: {done.stdout}"
    sent: dict[str, int] = json.loads(written.read_text(encoding="utf-8"))
    return Recording(done.returncode, done.stdout, sent)


class NameServer:
    """Answers every question for an IPv4 address, each name with its own; other questions have no answer."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)  # the answer comes from the address that was asked
        self._socket.bind(("0.0.0.0", DNS_PORT))
        threading.Thread(target=self._serve, daemon=True).start()

    def name_of(self, address: str) -> str:
        return next((name for name, known in self.names.items() if known == address), address)

    def _serve(self) -> None:
        while True:
            question, where, _, asker = self._socket.recvmsg(4096, 256)
            name, kind, end = _question(question)
            address = self.names.setdefault(name, f"198.18.{len(self.names) // 250}.{len(self.names) % 250 + 1}")
            answer = b""
            if kind == 1:
                answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(address)
            counts = struct.pack("!HHHH", 1, bool(answer), 0, 0)
            self._socket.sendmsg([question[:2] + b"\x81\x80" + counts + question[12:end] + answer], where, 0, asker)


def _question(packet: bytes) -> tuple[str, int, int]:
    """Return name, type and end of the question in a DNS packet (RFC 1035, 4.1)."""
    at, labels = 12, []
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", "replace"))
        at += packet[at] + 1
    return ".".join(labels), int.from_bytes(packet[at + 1 : at + 3]), at + 5


class PacketRecorder:
    """Counts the packets on the loopback device that begin something with another computer."""

    def __init__(self, names: NameServer) -> None:
        self._names = names
        self.sent: Counter[str] = Counter()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 << 20)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            packet, about = self._socket.recvfrom(65_535)
            if about[2] != socket.PACKET_OUTGOING and (found := self._look(packet)):
                self.sent[found] += 1

    def _look(self, packet: bytes) -> str | None:
        if packet[0] >> 4 == 4:
            protocol, payload = packet[9], packet[(packet[0] & 15) * 4 :]
            address, here = socket.inet_ntoa(packet[16:20]), packet[16] == 127
        else:
            protocol, payload = packet[6], packet[40:]
            address = socket.inet_ntop(socket.AF_INET6, packet[24:40])
            here = address == "::1"
        if protocol in _NO_TRAFFIC:
            return None
        if protocol not in (_TCP, _UDP):
            return None if here else f"{address}/protocol {protocol}"
        source, port = struct.unpack("!HH", payload[:4])
        if protocol == _TCP and payload[13] & (_SYN | _ACK) != _SYN:
            return None
        if port == DNS_PORT:  # also to a name server on this computer, which would pass the question on
            asked = _question(payload[8:])[0] if protocol == _UDP else "?"
            return f"name {asked}"
        if here or (protocol == _UDP and source == DNS_PORT):
            return None
        return f"{self._names.name_of(address)}:{port}/{'tcp' if protocol == _TCP else 'udp'}"


def _lead_everything_here() -> None:
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
    ):
        # A kernel without IPv6 refuses the last one.
        subprocess.run(command.split(), check="-6" not in command, stderr=subprocess.DEVNULL)


def main() -> int:
    """Run the command of the arguments and write what was sent; return the command's exit status."""
    _lead_everything_here()
    recorder = PacketRecorder(NameServer())
    status = subprocess.run(sys.argv[2:], check=False).returncode
    # A packet of one's own shows that all before it have been read.
    last = "192.0.2.1:9/udp"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        while not recorder.sent[last]:
            end.sendto(b"", ("192.0.2.1", 9))
    sent = {what: number for what, number in sorted(recorder.sent.items()) if what != last}
    Path(sys.argv[1]).write_text(json.dumps(sent), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
