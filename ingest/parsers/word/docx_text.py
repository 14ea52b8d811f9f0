"""The text of a Word paragraph as a reader of the final version sees it: without deleted and hidden text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.colours import UNREADABLE_POINTS, WHITE, alike, from_hex
from ingest.parsers.shared.office_xml import W, is_on, local_name, val
from ingest.parsers.word.docx_styles import Style, Styles
from kb.language.script import raised_digits

__all__ = ["ParagraphText", "boxes_in", "join_deleted_marks", "read_paragraph"]

_SKIPPED = {"del", "moveFrom", "rt", "instrText", "delText", "delInstrText", "rPr", "pPr", "sdtPr", "fldData"}
_BOXES = {"txbxContent"}
_MARKS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


@dataclass(slots=True)
class ParagraphText:
    """Text of one paragraph. ``bold``: every visible run is bold; ``size``: of its largest run, in half-points."""

    text: str = ""
    bold: bool = False
    size: int = 0
    notes: list[tuple[str, str]] = field(default_factory=list)  # ("footnote" | "endnote", id)
    pictures: int = 0
    hidden: list[str] = field(default_factory=list)  # text of runs that nobody sees


def read_paragraph(paragraph: etree._Element, styles: Styles, on_paper: bool = True) -> ParagraphText:
    """Read a ``w:p`` with insertions, without deleted and hidden text. :func:`boxes_in` returns its text boxes.

    Args:
        on_paper: whether what is not shaded is white: no picture or coloured page lies behind the text.
    """
    style = styles.get(val(paragraph.find(f"{W}pPr/{W}pStyle")))
    found = ParagraphText(size=0)
    parts: list[str] = []
    weights: list[tuple[bool, int]] = []  # (bold, visible characters) per run
    for run in _runs(paragraph):
        properties = run.find(W + "rPr")
        style_id = val(properties.find(W + "rStyle")) if properties is not None else None
        run_style = styles.get(style_id) if style_id else None
        text = "".join(_run_text(run, found))
        if _is_unseen(run, properties, style, run_style, on_paper):
            found.hidden.append(text)
            continue
        if properties is not None and val(properties.find(W + "vertAlign")) == "superscript":
            text = raised_digits(text)
        parts.append(text)
        if text.strip():
            bold = is_on(properties.find(W + "b")) if properties is not None else None
            inherited = style.bold or (run_style is not None and run_style.bold)
            weights.append((inherited if bold is None else bold, len(text.strip())))
            size = val(properties.find(W + "sz")) if properties is not None else None
            found.size = max(found.size, int(size) if size and size.isdigit() else style.size or styles.default_size)
    found.text = "".join(parts)
    found.bold = bool(weights) and all(bold for bold, _ in weights)
    return found


def _is_unseen(
    run: etree._Element, properties: etree._Element | None, style: Style, run_style: Style | None, on_paper: bool
) -> bool:
    """Whether nobody sees a run: it is hidden, too small to read, or of the colour of its ground."""
    own = properties if properties is not None else etree.Element("none")
    hidden = is_on(own.find(W + "vanish"))
    if hidden or (hidden is None and (style.hidden or (run_style is not None and run_style.hidden))):
        return True
    size = val(own.find(W + "sz"))
    half_points = int(size) if size and size.isdigit() else (run_style.size if run_style else 0) or style.size
    if half_points and half_points <= 2 * UNREADABLE_POINTS:
        return True
    ink = from_hex(val(own.find(W + "color")) or (run_style.colour if run_style else "") or style.colour)
    shades = (own.find(W + "shd"), run.find(f"../{W}pPr/{W}shd"))
    shade = next((from_hex(val(one, "fill")) for one in shades if one is not None and val(one, "fill")), None)
    if shade is not None:
        return alike(ink, shade)
    shaded = any(one is not None for one in shades) or own.find(W + "highlight") is not None
    shaded = shaded or style.shaded or (run_style is not None and run_style.shaded)
    inside = any(local_name(around) in ("tbl", "txbxContent") for around in run.iterancestors())
    return on_paper and not shaded and not inside and alike(ink, WHITE)


def _runs(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the runs in order, also in hyperlinks, fields, insertions and content controls; formulas count as runs."""
    for child in element:
        name = local_name(child)
        if name in _SKIPPED or name in _BOXES:
            continue
        if name == "r" or name in ("oMath", "oMathPara"):
            yield child
        elif name == "AlternateContent":
            chosen = _chosen_branch(child)
            if chosen is not None:
                yield from _runs(chosen)
        elif name not in ("p", "tbl"):
            yield from _runs(child)


def _run_text(run: etree._Element, found: ParagraphText) -> Iterator[str]:
    for child in run:
        name = local_name(child)
        if name == "t":
            yield child.text or ""
        elif name in _MARKS:
            yield _MARKS[name]
        elif name == "br":
            yield "\n" if val(child, "type") in (None, "textWrapping") else " "
        elif name == "sym":
            yield _symbol(val(child, "char"))
        elif name in ("footnoteReference", "endnoteReference"):
            found.notes.append((name.removesuffix("Reference"), val(child, "id") or ""))
        elif name in ("drawing", "pict", "object"):
            found.pictures += _is_picture(child)
        elif name == "AlternateContent":
            chosen = _chosen_branch(child)
            if chosen is not None:
                yield from _run_text(chosen, found)
        elif name == "r" or (name not in _SKIPPED and name not in _BOXES and len(child)):  # ruby base, formula
            yield from _run_text(child, found)


def _symbol(code: str | None) -> str:
    """Return the character of a ``w:sym``. Private-use codes are glyphs of symbol fonts: only tick boxes are kept."""
    try:
        number = int(code or "", 16)
    except ValueError:
        return ""
    ticks = {0xF0FE: "☑", 0xF0FC: "✓", 0xF0A8: "☐", 0xF06F: "☐", 0xF052: "☑", 0xF0FD: "☒", 0xF0FB: "✗", 0xF0E0: "→"}
    return ticks.get(number, "" if 0xE000 <= number <= 0xF8FF else chr(number))


def _is_picture(element: etree._Element) -> bool:
    return any(local_name(part) in ("pic", "imagedata", "blip") for part in element.iter()) and not any(
        local_name(part) in _BOXES for part in element.iter()
    )


def _chosen_branch(alternate: etree._Element) -> etree._Element | None:
    """Return one branch of ``mc:AlternateContent``: both hold the same content, for newer and older Word."""
    branches = [child for child in alternate if local_name(child) in ("Choice", "Fallback")]
    with_text = [b for b in branches if any(local_name(part) in ("t", "imagedata", "blip") for part in b.iter())]
    return next(iter(with_text or branches), None)


def join_deleted_marks(root: etree._Element) -> None:
    """Join each paragraph whose mark a tracked change deletes to the next one, as Word does when it accepts the change.

    The next paragraph keeps its style and number. ``root`` is changed.
    """
    for paragraph in list(root.iter(W + "p")):
        mark = paragraph.find(f"{W}pPr/{W}rPr/{W}del")
        following = paragraph.getnext()
        if mark is None or following is None or following.tag != W + "p":
            continue
        properties = following.find(W + "pPr")
        at = 0 if properties is None else following.index(properties) + 1
        for child in reversed([one for one in paragraph if one.tag != W + "pPr"]):
            following.insert(at, child)
        parent = paragraph.getparent()
        if parent is not None:
            parent.remove(paragraph)


def boxes_in(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Yield the text boxes anchored in a paragraph (``w:txbxContent``): each once, only the outermost."""
    for child in paragraph:
        name = local_name(child)
        if name in _BOXES:
            yield child
        elif name == "AlternateContent":
            chosen = _chosen_branch(child)
            if chosen is not None:
                yield from boxes_in(chosen)
        elif name not in ("del", "moveFrom"):
            yield from boxes_in(child)
