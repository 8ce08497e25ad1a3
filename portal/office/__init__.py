"""The office: handlers, sign-in, roles, queues."""
