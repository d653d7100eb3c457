"""A guided recording session: prompts, levels, the room, each take judged and kept. The surfaces only draw it."""
