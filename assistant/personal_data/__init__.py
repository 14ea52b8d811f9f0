"""Personal data in text.

- :mod:`.hkid`: Hong Kong identity card numbers
- :mod:`.personal_names`: names of persons
"""
