"""Presentations: PPTX (Office Open XML) and PPT (binary, PowerPoint 97–2003).

In reading order:

    pptx  the parser of PPTX
    pptx_unseen  removes what the audience does not see
    ppt   the parser of PPT
"""
