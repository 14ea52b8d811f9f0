"""People asking, as locust runs them; ``python -m tests.load`` starts it with everything it needs.

Each person has a browser's session and a conversation, asks one of the samples' questions, waits for the whole answer
to stream in, reads for some seconds, and now and then opens the place that a quote stands at.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any, ClassVar

from locust import HttpUser, between, task

# Written by tests.load.stage: who may ask ({"cookie", "csrf", "tenant"}), and what ({tenant: [question, …]}).
STAGE: dict[str, Any] = json.loads(Path(os.environ["SINZI_LOAD_STAGE"]).read_text(encoding="utf-8"))
_PEOPLE = itertools.cycle(STAGE["people"])


class Worker(HttpUser):
    """A frontline worker at the chat page."""

    wait_time = between(3, 7)
    chance: ClassVar[random.Random] = random.Random(17)

    def on_start(self) -> None:
        """Come in with a session of one's own and open a conversation."""
        person = next(_PEOPLE)
        self.base = f"/api/v1/tenants/{person['tenant']}"
        self.questions: list[str] = STAGE["questions"][person["tenant"]]
        self.client.cookies.set("sinzi_session", person["cookie"])
        self.client.headers["X-CSRF-Token"] = person["csrf"]
        opened = self.client.post(f"{self.base}/conversations", json={}, name="open a conversation")
        self.conversation = opened.json()["id"]

    @task
    def ask(self) -> None:
        """Ask, and wait for the last event; a stream that ends in anything but an answer is an error."""
        body = {"question": self.chance.choice(self.questions)}
        address = f"{self.base}/conversations/{self.conversation}/messages"
        with self.client.post(address, json=body, name="ask", catch_response=True) as told:
            if told.status_code != 200:
                told.failure(f"status {told.status_code}: {told.text[:200]}")
                return
            *_, last = told.text.rstrip().split("\n\n")
            kind, _, data = last.partition("\n")
            if kind != "event: done":
                told.failure(f"ended with {last[:200]}")
                return
        answer = json.loads(data.removeprefix("data: "))
        if self.chance.random() < 0.2:
            self._look(answer.get("answer", answer).get("citations", []))

    def _look(self, citations: list[dict[str, Any]]) -> None:
        for quote in citations[:1]:
            place = {"start": quote["start"], "end": quote["end"]}
            self.client.get(f"{self.base}/chunks/{quote['chunk_id']}/source", params=place, name="open a source")
