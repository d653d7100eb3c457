"""Reading PyTorch's pickled checkpoints without ever running what is in them."""
