"""The one way to a language model.

In reading order:

    gateway          masks, records and sends; bounded in time and tokens
    requester        who asks, and whether they still wait
    model_stream     one request to the model's server, and whether its text came to the end
    endpoint         where the model is, and whether that address is internal
    model_choices    what a tenant has allowed
    token_budget     tokens of a text, and a tenant's daily limit
    masking          personal data replaced before sending, and restored afterwards
    egress_record    what was sent for one answer
    egress_log       what was sent for all of them: the tenant's log, for owners
    endpoint_errors  errors of the model's server as ours
"""
