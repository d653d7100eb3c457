"""The writing track: Message -> Exchange -> Example -> Dataset -> Adapter -> text."""
