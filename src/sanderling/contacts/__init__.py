"""People: their keys, fields, lists, devices and consent."""
