"""Pictures as data: what bars show, with their figures in words, before anything is drawn."""
