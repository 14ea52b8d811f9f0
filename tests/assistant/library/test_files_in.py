"""Files from outside: their names, multipart requests, and fetching from the web."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.uploads import multipart, web_fetch
from assistant.uploads.filenames import clean
from assistant.uploads.multipart import ReceivedFiles
from assistant.uploads.web_fetch import Address
from kb.core.errors import InputError
from kb.core.settings import Settings


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("手冊.pdf", "手冊.pdf"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\may\\手冊 v2.docx", "Users/may/手冊 v2.docx"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a/b/c/d/e/f.txt", "c/d/e/f.txt"),
        ("...", "document"),
        ("", "document"),
        ('who: "me"?.txt', "who_ _me__.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_file_names_become_safe(name: str, wanted: str) -> None:
    assert clean(name) == wanted
    assert clean(clean(name)) == wanted


BOUNDARY = "----line"


def part(head: str, body: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + body + b"\r\n"


def sent(body: bytes, home: Path, settings: Settings, piece: int = 7) -> ReceivedFiles:
    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(body), piece):
            yield body[start : start + piece]

    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return asyncio.run(multipart.receive(stream(), kind, home, settings))


END = f"--{BOUNDARY}--\r\n".encode()


def test_files_and_fields_are_received_unchanged(settings: Settings, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    body = (
        part('name="publish"', b"false")
        + part('name="files"; filename="甲.pdf"', data)
        + part('name="files"; filename="b.txt"', b"\r\n--not the line\r\n")
        + END
    )
    received = sent(body, tmp_path, settings)
    assert received.fields == {"publish": "false"}
    assert [(one.name, one.path.read_bytes()) for one in received.files] == [
        ("甲.pdf", data),
        ("b.txt", b"\r\n--not the line\r\n"),
    ]
    received.drop()
    assert not any((tmp_path / "incoming").iterdir())


def test_a_file_beyond_the_limit_is_cut_and_the_others_are_received(settings: Settings, tmp_path: Path) -> None:
    small = settings.model_copy(update={"max_file_mb": 1})
    big = b"x" * (3 << 20)
    body = part('name="files"; filename="big.txt"', big) + part('name="files"; filename="b.txt"', b"ok") + END
    received = sent(body, tmp_path, small, piece=1 << 16)
    assert [one.size for one in received.files] == [3 << 20, 2]
    assert received.files[0].path.stat().st_size <= 1 << 20


@pytest.mark.parametrize(
    ("limits", "body", "code"),
    [
        ({"max_upload_mb": 1}, part('name="files"; filename="a"', b"x" * (2 << 20)) + END, "upload_too_large"),
        ({"max_upload_files": 1}, part('name="files"; filename="a"', b"x") * 2 + END, "upload_too_many"),
        ({}, part('name="files"; filename="a"', b"x"), "upload_invalid"),
        ({}, b"nonsense", "upload_invalid"),
        ({}, part('name="note"', b"x" * 5000) + END, "upload_invalid"),
    ],
)
def test_an_invalid_request_leaves_no_files(
    settings: Settings, tmp_path: Path, limits: dict[str, int], body: bytes, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        sent(body, tmp_path, settings.model_copy(update=limits), piece=1 << 16)
    assert caught.value.code == code
    assert not any((tmp_path / "incoming").iterdir())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert web_fetch.is_public(ipaddress.ip_address(address)) is public


class Site(BaseHTTPRequestHandler):
    """A small site: a page, a file with a name of its own, redirects, too much, an error."""

    def do_GET(self) -> None:
        pages: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/guide?x=1": (200, {"Content-Type": "text/html; charset=utf-8"}, "<p>指引</p>".encode()),
            "/get": (
                200,
                {
                    "Content-Type": "application/pdf",
                    "Content-Disposition": "attachment; filename*=UTF-8''%E7%94%B2.pdf",
                },
                b"%PDF-",
            ),
            "/moved": (302, {"Location": "/guide?x=1"}, b""),
            "/inside": (302, {"Location": "http://localhost:1/secret"}, b""),
            "/file": (302, {"Location": "file:///etc/passwd"}, b""),
            "/round": (302, {"Location": "/round"}, b""),
            "/large": (200, {"Content-Type": "text/plain"}, b"x" * (2 << 20)),
        }
        status, headers, body = pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # the client has closed the connection
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def only_this(address: Address) -> bool:
    """Replaces the public internet, which a test must not need: only the address of this site is allowed."""
    return address == ipaddress.ip_address("127.0.0.1")


def test_a_page_and_a_file_are_fetched_with_their_names(settings: Settings, site: str, tmp_path: Path) -> None:
    for path, name in (("/guide?x=1", "guide.html"), ("/moved", "guide.html"), ("/get", "甲.pdf")):
        found = web_fetch.fetch(settings, site + path, tmp_path, only_this)
        assert found.name == name
        assert found.path.stat().st_size > 0


def test_the_office_network_cannot_be_reached(settings: Settings, site: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        web_fetch.fetch(settings, site + "/guide?x=1", tmp_path)
    assert caught.value.code == "url_not_public"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/file", "url_invalid"),
        ("/round", "url_unreachable"),
        ("/none", "url_unreachable"),
        ("/large", "url_too_large"),
    ],
)
def test_a_failed_fetch_is_an_error(settings: Settings, site: str, tmp_path: Path, path: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        web_fetch.fetch(settings.model_copy(update={"max_file_mb": 1}), site + path, tmp_path, only_this)
    assert caught.value.code == code


def test_a_redirect_is_checked_like_the_first_address(settings: Settings, site: str, tmp_path: Path) -> None:
    asked: list[Address] = []

    def first_only(address: Address) -> bool:
        asked.append(address)
        return len(asked) == 1

    with pytest.raises(InputError) as caught:
        web_fetch.fetch(settings, site + "/inside", tmp_path, first_only)
    assert caught.value.code == "url_not_public"
    assert len(asked) >= 2


@pytest.mark.parametrize("url", ["ftp://a.example/x", "http://", "https://me:pw@a.example/", "http://a b.example", "x"])
def test_an_invalid_url(settings: Settings, tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError) as caught:
        web_fetch.fetch(settings, url, tmp_path)
    assert caught.value.code == "url_invalid"
