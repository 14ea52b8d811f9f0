"""Presentations: PPTX (Office Open XML) and PPT (binary, PowerPoint 97–2003).

In reading order:

    pptx  the parser of PPTX
    ppt   the parser of PPT
"""
