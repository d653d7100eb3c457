"""What both trainers share: conversations to batches, schedule, checkpoints, the loop. Imports no runtime itself."""
