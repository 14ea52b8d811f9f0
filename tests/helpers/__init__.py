"""Functions and classes that tests share. Fixtures are in ``conftest.py`` and ``tests/fixtures/``."""
