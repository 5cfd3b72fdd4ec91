"""The WebSocket door: news as it happens, on the server of the HTTP interface."""
