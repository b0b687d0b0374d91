"""The REST dialect of the Confluent Schema Registry, below ``/contracts/confluent/``, so that its clients work."""
