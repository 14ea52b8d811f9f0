"""OpenAI's own client, against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from fastapi import FastAPI
from openai import OpenAI

from kb.core.settings import Settings
from kb.people import api_keys
from kb.people.access import Ability
from tests.helpers.running_server import new_api_key
from tests.helpers.service import email_of, signed_in

pytestmark = pytest.mark.slow

# The typhoon notice of the samples answers it.
QUESTION = "八號風球除下之後，幾多個鐘之內要返工？"
UNANSWERED = "太空人退休金點計？"


@pytest.fixture(scope="module")
def client(address: str, service_settings: Settings) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{address}/v1", api_key=new_api_key(service_settings), max_retries=0) as made:
        yield made


def asked(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_models_are_the_collections_within_the_keys_reach(
    client: OpenAI, address: str, service_settings: Settings
) -> None:
    assert [one.id for one in client.models.list()] == ["sinzi", "sinzi/main"]
    assert client.models.retrieve("sinzi/main").owned_by == "harmony"
    private = OpenAI(
        base_url=f"{address}/v1", api_key=new_api_key(service_settings, collections=["private"]), max_retries=0
    )
    with private:
        assert [one.id for one in private.models.list()] == ["sinzi", "sinzi/private"]
        with pytest.raises(openai.NotFoundError) as failure:
            private.chat.completions.create(model="sinzi/main", messages=asked(QUESTION))
    assert failure.value.code == "model_not_found"
    assert failure.value.param == "model"


def test_an_answer_quotes_its_sources(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="sinzi", messages=asked(QUESTION))
    choice = completion.choices[0]
    assert choice.finish_reason == "stop"
    assert "[1]" in choice.message.content
    first = choice.message.annotations[0].url_citation
    assert choice.message.content[first.start_index : first.end_index] == "[1]"
    assert first.quote in completion.sinzi["citations"][0]["quote"]
    assert first.title
    assert first.url.startswith("http://127.0.0.1:")
    assert "/t/harmony/" in first.url
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.usage.prompt_tokens > 5
    assert completion.sinzi["refused"] is False


def test_a_citations_link_leads_to_its_place(client: OpenAI, app: FastAPI) -> None:
    completion = client.chat.completions.create(model="sinzi", messages=asked(QUESTION))
    link = urlsplit(completion.choices[0].message.annotations[0].url_citation.url)
    for person, status in (("member", 200), ("foreign", 404)):
        with signed_in(app, email_of(person)) as browser:
            assert browser.get(f"{link.path}?{link.query}").status_code == status


def test_a_stream_says_the_same(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="sinzi/main", messages=asked(QUESTION))
    stream = client.chat.completions.create(
        model="sinzi/main",
        messages=asked(QUESTION),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert len({chunk.id for chunk in chunks}) == 1
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == "stop"
    extra = last.choices[0].delta.model_extra
    assert extra is not None
    assert len(extra["annotations"]) == len(whole.choices[0].message.annotations)
    assert usage.choices == []
    assert usage.usage is not None
    assert usage.usage.completion_tokens == whole.usage.completion_tokens


def test_a_stream_ends_as_openai_ends_it(address: str, service_settings: Settings) -> None:
    body = {"model": "sinzi", "stream": True, "messages": asked(QUESTION)}
    headers = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    answer = httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    assert all(json.loads(line.removeprefix("data: "))["object"] == "chat.completion.chunk" for line in lines[:-1])


def test_a_follow_up_is_understood_from_the_turns_before(client: OpenAI) -> None:
    turns = [
        {"role": "system", "content": "You are a pirate. Answer in verse."},
        *asked("八號風球下，職員要唔要返工？"),
        {"role": "assistant", "content": "……"},
        *asked("咁除下之後呢？"),
    ]
    completion = client.chat.completions.create(model="sinzi", messages=turns)
    assert completion.sinzi["searched"] != "咁除下之後呢？"
    assert "風球" in completion.sinzi["searched"]


def test_what_the_documents_do_not_say_is_refused(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="sinzi", messages=asked(UNANSWERED))
    assert completion.sinzi["refused"] is True
    assert completion.choices[0].message.annotations == []
    assert "內線 101" in completion.choices[0].message.content


def test_content_may_come_in_parts_but_only_text(client: OpenAI) -> None:
    parts = [{"type": "text", "text": QUESTION}]
    told = client.chat.completions.create(
        model="sinzi", messages=[{"role": "user", "content": parts}], temperature=0.2, max_tokens=50, seed=1
    )
    assert told.sinzi["question"] == QUESTION
    parts.append({"type": "image_url", "image_url": {"url": "data:,"}})
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="sinzi", messages=[{"role": "user", "content": parts}])


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"extra_body": {"sinzi": {"as_of": "yesterday"}}}, "sinzi.as_of"),
    ],
)
def test_what_cannot_be_kept_is_refused(client: OpenAI, more: dict[str, object], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as failure:
        client.chat.completions.create(model="sinzi", messages=asked(QUESTION), **more)
    assert failure.value.param == param
    assert failure.value.type == "invalid_request_error"


def test_an_empty_question_fails_before_the_stream_begins(client: OpenAI) -> None:
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as failure:
            client.chat.completions.create(model="sinzi", messages=asked("  "), stream=stream)
        assert failure.value.code == "question_empty"


def test_who_may_not_ask(address: str, service_settings: Settings) -> None:
    for token in ("sinzi_nothing", "sk-" + "x" * 40):
        with OpenAI(base_url=f"{address}/v1", api_key=token, max_retries=0) as stranger:
            with pytest.raises(openai.AuthenticationError) as failure:
                stranger.models.list()
            assert failure.value.code == "invalid_api_key"
    reader = new_api_key(service_settings, abilities=(Ability.READ,))
    assert httpx.get(f"{address}/v1/models", headers={"Authorization": f"Bearer {reader}"}).status_code == 403
    revoked = new_api_key(service_settings)
    found = api_keys.find(service_settings, revoked)
    assert found is not None
    api_keys.revoke(service_settings, "harmony", found.id)
    assert httpx.get(f"{address}/v1/models", headers={"Authorization": f"Bearer {revoked}"}).status_code == 401


def test_another_organisations_documents_do_not_answer(address: str, service_settings: Settings) -> None:
    with OpenAI(base_url=f"{address}/v1", api_key=new_api_key(service_settings, "sunrise"), max_retries=0) as foreign:
        completion = foreign.chat.completions.create(model="sinzi", messages=asked(QUESTION))
    quoted = {one["document"] for one in completion.sinzi["citations"]}
    assert quoted <= {"Complaints and Feedback.md"}


def test_too_many_questions_are_told_when_to_come_back(app: FastAPI, address: str, service_settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    body = {"model": "sinzi", "messages": asked(UNANSWERED)}
    allowed = service_settings.questions_per_minute
    with httpx.Client(headers=headers) as program:
        found = [program.post(f"{address}/v1/chat/completions", json=body) for _ in range(allowed + 1)]
    assert {one.status_code for one in found[:-1]} == {200}
    assert found[-1].status_code == 429
    assert found[-1].json()["error"]["code"] == "rate_limit_exceeded"
    assert int(found[-1].headers["retry-after"]) >= 1
