"""Personal data in text.

In reading order:

    hkid            Hong Kong identity card numbers
    personal_names  names of persons
"""
