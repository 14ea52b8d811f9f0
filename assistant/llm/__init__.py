"""The one way to a language model.

In reading order:

    gateway          masks, records and sends; bounded in time and tokens
    endpoint         where the model is, and whether that address is internal
    model_choices    what a tenant has allowed
    token_budget     tokens of a text, and a tenant's daily limit
    masking          personal data replaced before sending, and restored afterwards
    egress_record    what was sent for one answer
    endpoint_errors  errors of the model's server as ours
"""
