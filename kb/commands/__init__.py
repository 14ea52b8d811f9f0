"""Sub-commands of this floor."""
