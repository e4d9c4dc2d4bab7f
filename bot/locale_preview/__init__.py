"""Every card of the conversation on one page, for translators: `brasle-prescreen locales preview`."""
