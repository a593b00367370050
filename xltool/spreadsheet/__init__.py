"""File formats of spreadsheets, without a form: bytes become sheets and cells as the file has them, safely."""
