"""What Square, Toast and Clover make of a confirmed order. Pure: functions of the message and of the settings.

They start from `order.confirmed` as it lies in the outbox, with the ids that the menu gave its entries (`pos_ids`).
Rules kept here: nothing of an order is lost, what has no field of its own stands in a note in words; an allergy comes
first, in capitals, on every line; money stays in integers.
"""
