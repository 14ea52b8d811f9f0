"""Personal data in text.

hkid            Hong Kong identity card numbers
personal_names  names of persons
"""
