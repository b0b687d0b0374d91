"""Measures this system against a Celery chain, in one sitting, on the same Redis and the same cores."""
