"""Invented families for a try-out: they talk to the real engine, so that the coordinators' queue is alive."""
