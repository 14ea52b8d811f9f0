"""Mail: EML, MSG, and web archives in the format of a mail (MHTML).

In reading order:

    eml        the parser of EML and MHTML
    msg        the parser of Outlook mail (MSG)
    winmail    Outlook's envelope around body and attachments (TNEF)
    quoted_mail  the earlier mail that a reply repeats
    mail_body  the body, from its HTML or its plain form
"""
