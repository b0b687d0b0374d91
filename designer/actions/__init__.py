"""Every write the designer offers, one operation a file: permission, change, log. API, command line and admin call these."""
