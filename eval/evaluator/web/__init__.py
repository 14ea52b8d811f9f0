"""The evaluators' pages: templates, styles, modules and texts; drawn by :mod:`assistant.web.pages`."""
