"""A real MCP client: over standard input and output with ``kb mcp``, and over HTTP with an API key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from kb.core.settings import Settings
from kb.library import audit
from kb.library.documents import Library
from kb.people.access import Ability
from kb.store import tenants
from tests.helpers.running_server import new_api_key

QUESTION = "八號風球除下之後，幾多個鐘之內要返工？"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def over_http(address: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{address}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def kb_mcp(settings: Settings, tenant: str = "harmony") -> StdioServerParameters:
    environment = {**os.environ, "KB_DATA": str(settings.data), "KB_CACHE": str(settings.cache), "KB_LOCALE": "en"}
    kb = str(Path(sys.executable).with_name("kb"))
    return StdioServerParameters(command=kb, args=["mcp", "--tenant", tenant], env=environment)


async def content(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def complaint(client: Client, tool: str, **arguments: Any) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)


async def looks_right(client: Client) -> None:
    """What holds over every transport."""
    assert {tool.name for tool in (await client.list_tools()).tools} == {"search", "ask", "get_document"}
    answer = await content(client, "ask", question=QUESTION)
    assert answer["refused"] is False
    assert "[1]" in answer["answer"]
    found = await content(client, "search", question=QUESTION, limit=3)
    assert 1 <= len(found["passages"]) <= 3
    quote = answer["citations"][0]
    assert quote["document"] == found["passages"][0]["document"] == "颱風及暴雨工作安排.txt"
    document = await content(client, "get_document", document_id=quote["document_id"])
    assert document["outline"]
    assert quote["quote"] in "\n".join(piece["text"] for piece in document["pieces"])
    read = await client.read_resource(f"sinzi://documents/{quote['document_id']}")
    assert quote["quote"] in read.contents[0].text
    silent = await content(client, "ask", question="How are astronauts' pensions reckoned?")
    assert silent["refused"] is True
    assert "question_empty" in await complaint(client, "ask", question="  ")
    assert "document_not_found" in await complaint(client, "get_document", document_id=2**31 - 1)
    with pytest.raises(MCPError):
        await client.read_resource("sinzi://documents/..%2F1")


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_over_http(address: str, service_settings: Settings, mode: str) -> None:
    async with over_http(address, new_api_key(service_settings), mode) as client:
        await looks_right(client)


@pytest.mark.slow
@pytest.mark.anyio
async def test_over_standard_input_and_output(service_settings: Settings) -> None:
    async with Client(kb_mcp(service_settings)) as client:
        await looks_right(client)
        private = await content(client, "search", question="活動時間表", collections=["private"])
        assert private["passages"], "who starts the program acts for the owner"
    library = Library(tenants.get(service_settings, "harmony"))
    assert {"question.ask", "document.open"} <= {
        entry.action for entry in audit.entries(library) if entry.actor == "cli"
    }


@pytest.mark.slow
def test_nothing_but_the_protocol_goes_to_standard_output(service_settings: Settings) -> None:
    parameters = kb_mcp(service_settings, "nobody")
    ended = subprocess.run(
        [parameters.command, *parameters.args],
        env=parameters.env,
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert b"tenant_not_found" in ended.stderr


@pytest.mark.anyio
async def test_a_key_reaches_its_own_collections_only(address: str, service_settings: Settings) -> None:
    async with over_http(address, new_api_key(service_settings)) as client:
        assert "collection_not_found" in await complaint(client, "search", question=QUESTION, collections=["private"])
        everything = await content(client, "search", question="活動時間表", limit=50)
        assert {one["collection"] for one in everything["passages"]} == {"main"}
    async with over_http(address, new_api_key(service_settings, collections=["private"])) as client:
        found = await content(client, "search", question="活動時間表")
        assert {one["collection"] for one in found["passages"]} == {"private"}
        hidden = found["passages"][0]["document_id"]
    async with over_http(address, new_api_key(service_settings)) as client:
        assert "document_not_found" in await complaint(client, "get_document", document_id=hidden)
        with pytest.raises(MCPError):
            await client.read_resource(f"sinzi://documents/{hidden}")


@pytest.mark.anyio
async def test_an_emergency_has_its_card_and_procedure(address: str, service_settings: Settings) -> None:
    async with over_http(address, new_api_key(service_settings)) as client:
        found = await content(client, "ask", question="有院友唔見咗，搵極都搵唔到！")
        assert found["card"]["is_emergency"] is True
        assert found["procedure"] == found["citations"]
        assert found["card"]["contacts"][0]["number"] in found["answer"]
        ordinary = await content(client, "ask", question="有院友唔見咗，搵極都搵唔到！", card=False)
        assert ordinary["card"] is None


@pytest.mark.anyio
async def test_a_key_can_do_what_it_was_made_for(address: str, service_settings: Settings) -> None:
    async with over_http(address, new_api_key(service_settings, abilities=(Ability.READ,))) as client:
        assert (await content(client, "search", question=QUESTION))["passages"]
        assert "not_allowed" in await complaint(client, "ask", question=QUESTION)


@pytest.mark.parametrize("token", ["", "Bearer sinzi_wrong", "Basic abc"])
def test_without_a_key_nothing_is_served(address: str, token: str) -> None:
    answer = httpx.post(f"{address}/mcp", json=INITIALIZE, headers={"Authorization": token} | ACCEPT)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9"}, 200),
    ],
)
def test_a_page_elsewhere_cannot_reach_it(
    address: str, service_settings: Settings, headers: dict[str, str], status: int
) -> None:
    """DNS rebinding: a browser sends the attacker's name as Host and Origin, even with a key that leaked."""
    key = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    answer = httpx.post(f"{address}/mcp", json=INITIALIZE, headers=key | ACCEPT | headers)
    assert answer.status_code == status, answer.text


def test_only_posts_are_served(address: str, service_settings: Settings) -> None:
    key = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx.request(method, f"{address}/mcp", headers=key | ACCEPT)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
    assert httpx.post(f"{address}/mcp", content=b"{" * 2_000_000, headers=key | ACCEPT).status_code in (400, 413)
