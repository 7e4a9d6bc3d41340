"""Thumbnails of pictures and films, made in the background by the server.

    pixie.thumbnails.start()      from here on; `pixie serve` does it
    pixie.thumbnails.wait()       until there is nothing left to be made

Nobody waits for a thumbnail: workers look at what the database has got, whoever wrote it, and make what is missing. The
files are strangers' work, so that they are read in processes of their own, with little memory and little time
(process.py); what can't be read is remembered, and not tried again. Scripts leave it to the server: a running one makes
theirs within a second, another at its next start.
"""

from pixie_core.thumbnails.drawing import FILMS, PICTURES, Undrawable, draw
from pixie_core.thumbnails.process import DrawingProcess
from pixie_core.thumbnails.thumbnails import Thumbnails

__all__ = ["FILMS", "PICTURES", "DrawingProcess", "Thumbnails", "Undrawable", "draw"]
