"""Mail: EML, MSG, and web archives in the format of a mail (MHTML).

- :mod:`.eml`: the parser of EML and MHTML
- :mod:`.msg`: the parser of Outlook mail (MSG)
"""
