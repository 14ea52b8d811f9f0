"""Personal data in text: found, masked, and stored with the chunks of a version.

In reading order:

    personal_span         a piece of people's data, and its kinds
    persons_finder        people's data that is not for everybody; the way in for documents and answers
    whose_data            a person's or an office's, by the words around it
    table_cells           cells of tables and values of forms whose label says what they hold
    private_facts         health and pay beside a name
    person_lists          what a document's people's data comes to; whether it lists several persons
    concealment           a text as somebody reads it who may not see people's data
    stored_spans          what was found in a version, and where it stands in its chunks; ``spans_of`` for answers
    masked_text           a text with marks in place of such pieces
    personal_data_finder  all personal data, names included; the way in for what leaves for a language model
    comparable_text       a text in one spelling, with places in the original
    hkid                  Hong Kong identity card numbers
    personal_names        names known by their context: titles, labels, lists, tables
    bare_chinese_names    Chinese names without a title
    romanised_names       names in Latin letters
    name_words            surnames, and the characters and syllables of given names
"""
