"""What a form is: definitions in TOML read into `FormSpec`, the rule language, layout, and figures as text and JSON."""
