"""`python -m pixie_server.cli` is `pixie`."""

from pixie_server.cli import main

main()
