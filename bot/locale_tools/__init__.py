"""The subcommands of `brasle-prescreen locales`, one module each."""
