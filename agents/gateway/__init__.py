"""Agents that join without NATS: gRPC and WebSocket."""
