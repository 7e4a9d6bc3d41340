"""What tests of Pixie, and of tools, are built with."""
