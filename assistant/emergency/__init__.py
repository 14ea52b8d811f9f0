"""What is shown in an emergency: the card, and the organisation's own procedure. No language model is asked.

In reading order:

    shown_card        the card that a question calls for, in the asker's language
    end_of_crisis     what ends an emergency: thanks, or word that the person is safe
    emergency_answer  the answer to an emergency, step by step, and the reply to what ends it
    procedure_quotes  that procedure as quotes, also for a question about it
    own_procedure     the organisation's procedure for a subject, found by search
"""
