"""ODT (odfpy) and RTF (written by hand)."""

from __future__ import annotations

from pathlib import Path

from odf import style, table, text
from odf.dc import Date, Title
from odf.opendocument import OpenDocumentText

from writers.blocks import Block, Source, strip_marks
from writers.steady import BUILT, repack

__all__ = ["write_odt", "write_rtf"]


def _odt_table(document: OpenDocumentText, rows: list[list[str]]) -> None:
    grid = table.Table(name="Table1")
    for _ in rows[0]:
        grid.addElement(table.TableColumn())
    header = table.TableHeaderRows()
    for r, row in enumerate(rows):
        line = table.TableRow()
        for cell in row:
            box = table.TableCell(valuetype="string")
            box.addElement(text.P(text=cell))
            line.addElement(box)
        (header if r == 0 else grid).addElement(line)
        if r == 0:
            grid.addElement(header)
    document.text.addElement(grid)


def _odt_paragraph(block: Block) -> text.P:
    paragraph = text.P()
    label = f"{block.number} " if block.number else ""
    rest = label + block.text
    for number, note_text in block.footnotes:
        before, rest = rest.split(f"[^{number}]", 1)
        paragraph.addText(before)
        note = text.Note(noteclass="footnote", id=f"ftn{number}")
        note.addElement(text.NoteCitation(text=number))
        body = text.NoteBody()
        body.addElement(text.P(text=note_text))
        note.addElement(body)
        paragraph.addElement(note)
    paragraph.addText(rest)
    return paragraph


def write_odt(source: Source, out: Path) -> None:
    """Write ``source`` as ODT: outline headings, list items, footnotes, a table with a header row."""
    document = OpenDocumentText()
    bold = style.Style(name="Head", family="paragraph")
    look = {"fontweight": "bold", "fontsize": "14pt", "fontweightasian": "bold", "fontsizeasian": "14pt"}
    bold.addElement(style.TextProperties(**look))
    document.styles.addElement(bold)
    document.meta.addElement(Title(text=source.title))
    document.meta.addElement(Date(text=BUILT.isoformat()))
    for block in source.blocks:
        if block.kind == "heading":
            document.text.addElement(text.H(outlinelevel=block.level, stylename=bold, text=block.text))
        elif block.kind == "table":
            _odt_table(document, block.rows)
        elif block.kind == "bullet":
            bullets, item = text.List(), text.ListItem()
            item.addElement(text.P(text=block.text))
            bullets.addElement(item)
            document.text.addElement(bullets)
        else:
            document.text.addElement(_odt_paragraph(block))
    document.save(str(out))
    repack(out)


def _rtf(words: str) -> str:
    """RTF is 7-bit: every other UTF-16 unit becomes a signed ``\\uN?``."""
    out = ""
    for character in strip_marks(words):
        if character in "\\{}":
            out += "\\" + character
        elif ord(character) < 128:
            out += character
        else:
            units = character.encode("utf-16-le")
            for i in range(0, len(units), 2):
                out += f"\\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?"
    return out


def _rtf_table(rows: list[list[str]]) -> str:
    edges = "".join(f"\\cellx{(i + 1) * 9000 // len(rows[0])}" for i in range(len(rows[0])))
    lines = ("".join(f"\\intbl {_rtf(cell)}\\cell " for cell in row) for row in rows)
    return "\n".join(f"\\trowd\\trgaph100{edges}\n{line}\\row" for line in lines) + "\n\\pard\n"


def write_rtf(source: Source, out: Path) -> None:
    """Write ``source`` as RTF 1.5."""
    body = ""
    for block in source.blocks:
        if block.kind == "heading":
            big = 40 - 4 * block.level
            body += f"\\pard\\outlinelevel{block.level - 1}\\b\\fs{big} {_rtf(block.text)}\\b0\\fs22\\par\n"
        elif block.kind == "table":
            body += _rtf_table(block.rows)
        else:
            label = f"{block.number}\\tab " if block.number else "\\bullet\\tab " if block.kind == "bullet" else ""
            body += f"\\pard {label}{_rtf(block.text)}\\par\n"
    head = "{\\rtf1\\ansi\\ansicpg950\\deff0\\uc1{\\fonttbl{\\f0\\fnil\\fcharset136 PMingLiU;}}\n"
    info = f"{{\\info{{\\title {_rtf(source.title)}}}}}\n"
    out.write_text(head + info + body + "}", encoding="ascii", newline="\r\n")
