"""What every REST endpoint shares: authentication, permissions, problem details, pages, the OpenAPI document."""
