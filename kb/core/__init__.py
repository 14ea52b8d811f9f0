"""Small things that every floor uses.

- :mod:`.settings`: all settings, from environment variables and ``.env``
- :mod:`.errors`: the error classes, with stable codes and messages in two languages
- :mod:`.messages`: the one loader of messages to people, which lie in JSON files beside the code that speaks
- :mod:`.dates`: today in Hong Kong, dates that people type
- :mod:`.images`: pictures in the orientation in which a viewer shows them
- :mod:`.file_signatures`: what a file is by its first bytes
- :mod:`.csv_safety`: spreadsheet cells that must not act as formulas
- :mod:`.cpu_cores`: how many cores this process may use
- :mod:`.llm_probe`: the key of the configured language model, and whether it answers
"""
