"""Mail: EML, MSG, and web archives in the format of a mail (MHTML).

In reading order:

    eml  the parser of EML and MHTML
    msg  the parser of Outlook mail (MSG)
"""
