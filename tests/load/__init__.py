"""How many people one small computer carries: ``python -m tests.load`` (``make load``)."""
