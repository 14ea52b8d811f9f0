"""The values of the fields of a PDF form, as fragments at the position of each field."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.glyphs import Affine
from ingest.parsers.pdf.layout.text_repair import clean_char, squeeze

__all__ = ["read_fields"]

TICK = "✓"
_NOT_SHOWN = 0x02 | 0x20  # the flags "hidden" and "no view" of an annotation
TYPE_SIZE = 10.0  # points; the real type size is in the appearance stream of the field, which is not read


def read_fields(page: pdfium.PdfPage, affine: Affine) -> list[Fragment]:
    """Return the values of text fields, choice fields and tick boxes on ``page``; none where the PDF has no form."""
    if page.formenv is None:
        return []
    found: list[Fragment] = []
    for annotation in _widgets(page):
        text = _value(page.formenv, annotation)
        box = c.FS_RECTF()
        if text and c.FPDFAnnot_GetRect(annotation, box):
            (x0, y0), (x1, y1) = affine(box.left, box.bottom), affine(box.right, box.top)
            top, bottom = min(y0, y1), max(y0, y1)
            size = min(TYPE_SIZE, bottom - top)
            middle = (top + bottom) / 2
            right = min(max(x0, x1), min(x0, x1) + 0.6 * size * len(text))
            found.append(Fragment(text, min(x0, x1), middle - size / 2, right, middle + size / 2, size, False))
    return found


def _widgets(page: pdfium.PdfPage) -> Iterator[Any]:
    for index in range(c.FPDFPage_GetAnnotCount(page)):
        annotation = c.FPDFPage_GetAnnot(page, index)
        try:
            shown = not c.FPDFAnnot_GetFlags(annotation) & _NOT_SHOWN
            if shown and c.FPDFAnnot_GetSubtype(annotation) == c.FPDF_ANNOT_WIDGET:
                yield annotation
        finally:
            c.FPDFPage_CloseAnnot(annotation)


def _value(form: Any, annotation: Any) -> str:
    kind = c.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (c.FPDF_FORMFIELD_CHECKBOX, c.FPDF_FORMFIELD_RADIOBUTTON):
        return TICK if c.FPDFAnnot_IsChecked(form, annotation) else ""
    if kind not in (c.FPDF_FORMFIELD_TEXTFIELD, c.FPDF_FORMFIELD_COMBOBOX, c.FPDF_FORMFIELD_LISTBOX):
        return ""
    size = c.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    buffer = ctypes.create_string_buffer(size)
    c.FPDFAnnot_GetFormFieldValue(form, annotation, ctypes.cast(buffer, ctypes.POINTER(c.FPDF_WCHAR)), size)
    value = buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")
    return squeeze("".join(clean_char(ord(char)) for char in value))
