"""Personal data in text.

In reading order:

    concealment           a text as somebody reads it who may not see people's data
    private_pieces        which pieces are hidden: those of a person, not those of an organisation
    personal_data_finder  where personal data stands in a text; the way in
    comparable_text       a text in one spelling, with places in the original
    hkid                  Hong Kong identity card numbers
    personal_names        names known by their context: titles, labels, lists, tables
    bare_chinese_names    Chinese names without a title
    romanised_names       names in Latin letters
    name_words            surnames, and the characters and syllables of given names
"""
