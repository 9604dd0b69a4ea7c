"""Settings, Channels: the gateways of SMS, messengers and push."""
