"""What every other room stands on: types, contracts, errors, the person's home and store."""
