"""The evaluators' pages: templates, styles, scripts and texts, rendered by :mod:`assistant.web.pages`."""
