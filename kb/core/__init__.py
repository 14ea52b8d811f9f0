"""Small things that every floor uses.

In reading order:

    no_telemetry     switches the reporting of all libraries off, before they are imported
    settings         all settings, from environment variables and ``.env``
    errors           the error classes, with stable codes and messages in two languages
    disk_errors      what the disk refuses, as an error a person can act on
    messages         the one loader of messages to people, which lie in JSON files beside the code that speaks
    data_files       word tables and JSON files of a package
    plugins          what packages register in an entry-point group
    short_names      short names of organisations and collections, made from their names
    local_date       today in Hong Kong, dates that people type
    versioned_cache  a value kept until what it was made from changes
    images           pictures in the orientation in which a viewer shows them
    file_signatures  what a file is by its first bytes
    csv_safety       spreadsheet cells that must not act as formulas
    cpu_cores        how many cores this process may use
    llm_probe        the key of the configured language model, and whether it answers
"""
