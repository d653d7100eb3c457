"""OpenVoice V2's tone-colour converter over any base voice."""
