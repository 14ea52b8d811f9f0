"""The pages: Jinja2 templates, small ES modules, texts in zh-HK and English. Nothing is fetched from elsewhere.

In reading order:

    pages            renders a template with the reader's language and what every page needs
    audit_sentences  entries of the audit trail as sentences
"""
