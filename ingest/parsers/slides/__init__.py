"""Presentations: PPTX (Office Open XML) and PPT (binary, PowerPoint 97–2003).

- :mod:`.pptx`: the parser of PPTX
- :mod:`.ppt`: the parser of PPT
"""
