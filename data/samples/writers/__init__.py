"""Writers of the sample files: one source format in, the file formats an NGO really has out."""

from __future__ import annotations

__all__: list[str] = []
