"""Sub-commands of ``kb`` for this floor; each module is named for its command."""
