"""A filled form as a document: the schema's fields, reading, and what went wrong while reading."""
