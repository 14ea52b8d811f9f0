"""The one way to a language model.

- :mod:`.gateway`: masks, records and sends; bounded in time and tokens
- :mod:`.endpoint`: where the model is, and whether that is inside the building
- :mod:`.model_choices`: what a tenant has allowed
- :mod:`.token_budget`: tokens of a text, and a tenant's daily limit
- :mod:`.masking`: personal data replaced before sending, and restored afterwards
- :mod:`.egress_record`: what was sent for one answer
- :mod:`.endpoint_errors`: errors of the model's server as ours
"""
