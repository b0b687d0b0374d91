"""What contracts allow: compatibility of two schemas of each kind, with the reason by field. Pure."""
