"""Reads what others published: Word, web page, PDF or plain text into a submission."""
