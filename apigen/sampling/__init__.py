"""Samplers: which APIs, examples, prompt and query style a request gets."""
