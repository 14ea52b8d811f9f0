"""A certificate in words, for the page and the command line, in zh-HK and in English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kb.core.local_date import in_hong_kong
from kb.core.messages import Catalogue
from kb.erasure.certificates import Certificate, Report, Sent

__all__ = ["Part", "lines", "parts", "report_lines", "summary"]

_TEXTS = Catalogue("kb.erasure", "certificate.json")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the sentences below it."""

    heading: str
    sentences: list[str]


def parts(certificate: Certificate, organisation: str, locale: str) -> list[Part]:
    """Return the parts of a certificate in ``locale`` ("zh-HK" or "en"); times in Hong Kong time."""

    def say(key: str, **values: object) -> str:
        return _TEXTS.text(key, locale, **values)

    report = certificate.report
    found = [
        Part(say("number"), [f"#{certificate.id}"]),
        Part(say("organisation"), [organisation]),
        Part(
            say("what"),
            [
                say(f"kind_{certificate.kind}", collection=certificate.collection),
                *_versions(certificate, locale),
                say("no_names"),
            ],
        ),
        Part(say("by"), [certificate.name or say("command_line")]),
        Part(say("at"), [_time(certificate.at)]),
    ]
    if report is None or certificate.searched_at is None:
        return [*found, Part(say("found"), [say("pending")]), Part(say("sent"), _sent(certificate.sent, locale))]
    return [
        *found,
        Part(say("searched_at"), [_time(certificate.searched_at)]),
        Part(say("searched"), _searched(report, locale)),
        Part(say("found"), list(_found(report, locale))),
        Part(say("sent"), _sent(certificate.sent, locale)),
        Part(say("limits"), list(_limits(report, locale))),
    ]


def lines(certificate: Certificate, organisation: str, locale: str) -> list[str]:
    """Return a certificate as lines of plain text."""
    found = [_TEXTS.text("title", locale)]
    for part in parts(certificate, organisation, locale):
        found += ["", part.heading, *(f"  {sentence}" for sentence in part.sentences)]
    return found


def report_lines(report: Report, locale: str) -> list[str]:
    """Return the result of a search as lines of plain text."""
    found = [("searched", _searched(report, locale)), ("found", [*_found(report, locale)])]
    found.append(("limits", [*_limits(report, locale)]))
    return [line for key, sentences in found for line in (_TEXTS.text(key, locale), *(f"  {one}" for one in sentences))]


def summary(certificate: Certificate, locale: str) -> str:
    """Return a certificate in one line."""
    files = certificate.report.files if certificate.report else 0
    return _TEXTS.text(f"summary_{certificate.state}", locale, number=certificate.id, files=files)


def _versions(certificate: Certificate, locale: str) -> Iterator[str]:
    for one in certificate.versions:
        yield _TEXTS.text(
            "version",
            locale,
            document=one.document_id,
            number=one.number,
            passages=one.passages,
            size=f"{one.size_bytes:,}",
            sha256=one.sha256,
        )


def _searched(report: Report, locale: str) -> list[str]:
    size = f"{report.size_bytes:,}"
    return [
        _TEXTS.text(
            "searched_files",
            locale,
            files=report.files,
            size=size,
            unpacked=report.unpacked,
            seconds=report.seconds,
        ),
        _TEXTS.text("searched_for", locale, **report.pieces),
        _TEXTS.text("complete" if report.is_complete else "sample", locale),
    ]


def _found(report: Report, locale: str) -> Iterator[str]:
    for one in report.found:
        kind = _TEXTS.text(f"kind_of_{one.kind}", locale)
        yield _TEXTS.text("found_in", locale, place=one.place, kind=kind, pieces=one.pieces)
    for place in report.unfinished:
        yield _TEXTS.text("unfinished", locale, place=place)
    for place in report.unreadable:
        yield _TEXTS.text("unreadable", locale, place=place)
    if not report.found:
        yield _TEXTS.text("found_nothing", locale)


def _sent(sent: tuple[Sent, ...], locale: str) -> list[str]:
    if not sent:
        return [_TEXTS.text("sent_nothing", locale)]
    found = [
        _TEXTS.text(
            "sent_to",
            locale,
            host=one.host or _TEXTS.text("unknown_host", locale),
            model=one.model or "–",
            where=_TEXTS.text("outside" if one.external else "inside", locale),
            answers=one.answers,
            first=_time(one.first),
            last=_time(one.last),
        )
        for one in sent
    ]
    return [*found, _TEXTS.text("sent_limit", locale)]


def _limits(report: Report, locale: str) -> Iterator[str]:
    yield _TEXTS.text("limit_backups", locale)
    yield _TEXTS.text("limit_disk", locale)
    yield _TEXTS.text("limit_people", locale)
    if report.kept_files:
        yield _TEXTS.text("limit_kept", locale, kept=report.kept_files)
    if report.too_short:
        yield _TEXTS.text("limit_short", locale, count=report.too_short)
    if report.shared:
        yield _TEXTS.text("limit_shared", locale, count=sum(report.shared.values()))
    for server in report.external_stores:
        yield _TEXTS.text("limit_server", locale, server=server)


def _time(at: datetime) -> str:
    return f"{in_hong_kong(at):%Y-%m-%d %H:%M}"
