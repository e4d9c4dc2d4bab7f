"""What is checked in `locales/`: one file is one kind of check, and each yields findings for the editor."""
