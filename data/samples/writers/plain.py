"""Markdown, text in the encodings of old Windows machines, a saved web page, and mail with attachments."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

from writers.blocks import Block, Source

__all__ = ["write_eml", "write_html", "write_markdown", "write_txt"]

_PAGE = """<!DOCTYPE html>
<!-- saved from url=(0034)https://{site}/{slug} -->
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | {organisation}</title>
<style>body{{font-family:sans-serif}} nav li{{display:inline}} .cookie{{position:fixed}}</style>
<script>window.dataLayer=window.dataLayer||[];function track(e){{dataLayer.push(e)}}</script></head>
<body><a class="skip" href="#main">{skip}</a>
<header><div class="logo">{organisation}</div><nav><ul>{menu}</ul></nav></header>
<main id="main"><article>
{article}
</article></main>
<aside><h3>{aside}</h3><ul>{menu}</ul></aside>
<footer><p>© 2026 {organisation}</p>
<ul><li><a href="#">{privacy}</a></li><li><a href="#">Facebook</a></li></ul></footer>
<div class="cookie">{cookie}</div></body></html>
"""


def _html_table(rows: list[list[str]]) -> str:
    def row(cells: list[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "\n".join(row(cells, "td") for cells in rows[1:])
    return f"<table><thead>{row(rows[0], 'th')}</thead><tbody>{body}</tbody></table>"


def _html(block: Block) -> str:
    if block.kind == "heading":
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if block.kind == "table":
        return _html_table(block.rows)
    if block.kind == "bullet":
        return f"<ul><li>{escape(block.text)}</li></ul>"
    return f"<p>{escape(f'{block.number} {block.text}'.strip())}</p>"


def write_html(source: Source, out: Path) -> None:
    """The article inside a site's frame: menu, side column, footer, cookie notice; options name their words."""
    options = source.options
    menu = "".join(f'<li><a href="#">{escape(entry)}</a></li>' for entry in options["menu"])
    article = "\n".join(map(_html, source.blocks)).replace("</ul>\n<ul>", "\n")
    words = {key: escape(str(options[key])) for key in
             ("site", "slug", "language", "organisation", "skip", "aside", "privacy", "cookie")}  # fmt: skip
    out.write_text(_PAGE.format(title=escape(source.title), menu=menu, article=article, **words), encoding="utf-8")


def write_markdown(source: Source, out: Path) -> None:
    """The body as it stands."""
    out.write_text(source.body, encoding="utf-8")


def write_txt(source: Source, out: Path) -> None:
    """Plain text without Markdown's signs; option ``encoding`` (big5hkscs, utf-16, utf-8); CRLF."""
    plain = re.sub(r"^#+ (.+)$", r"【\1】", source.body, flags=re.MULTILINE)
    out.write_bytes(plain.replace("\n", "\r\n").encode(source.options.get("encoding", "utf-8")))


def write_eml(source: Source, out: Path, attachments: list[Path]) -> None:
    """A mail with ``attachments``; options: sender, to, cc, date (RFC 5322), subject."""
    options, mail = source.options, EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = options["sender"], options["to"], options["subject"]
    if "cc" in options:
        mail["Cc"] = options["cc"]
    mail["Date"], mail["Message-ID"] = options["date"], f"<{options['id']}@mail.invalid>"
    mail.set_content(source.body, charset="utf-8", cte="base64")
    for path in attachments:
        mail.add_attachment(path.read_bytes(), "application", "octet-stream", filename=path.name)
    if attachments:
        mail.set_boundary(f"=_{options['id']}")
    out.write_bytes(mail.as_bytes())
